"""bad_output.py THALWEG SCRATCH - outputs that cannot be written: the very words and the exit code, and nothing that is
half-written under its final name. Real files, pipes, file systems and users."""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from harness import Bench

b = Bench(sys.argv[1], sys.argv[2])


def graph(path, rows=50000, **config):
    nodes = {
        "gen": {"op": "gen", "config": {"count": rows, "fields": {"n": {"type": "i64", "gen": "seq"}}}},
        "out": {"op": "file_out", "config": {"path": path, **config}},
    }
    return b.graph("g", nodes, ["gen -> out"])


def run(g, **more):
    args = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    args.update(more)
    done = subprocess.run([b.thalweg, "run", "--quiet", g], **args)
    return done.returncode, (done.stderr or b"").decode()


def expect(what, got, code, words):
    if got != (code, words):
        b.fail("%s: exit %d and %r; wanted %d and %r" % (what, *got, code, words))


def entries(folder, what, want):
    got = sorted(os.listdir(folder))
    if got != want:
        b.fail("%s: the folder has %s, not %s" % (what, got, want))


def cannot(path, why, at_start=None):
    """What is said: while it runs, or when the graph is started."""
    if at_start:
        return '%s: error: node "out": cannot write %s: %s\n' % (at_start, path, why)
    return 'thalweg: failed: node "out": cannot write %s: %s\n' % (path, why)


def full_device():
    g = graph("/dev/full")
    expect("/dev/full", run(g), 1, cannot("/dev/full", "No space left on device"))
    g = graph("-")
    with open("/dev/full", "wb") as full:
        expect("full standard output", run(g, stdout=full), 1, cannot("standard output", "No space left on device"))


def missing_and_folder():
    path = b.path("none/out")
    g = graph(path)
    expect("no folder", run(g), 1, cannot(path, "No such file or directory", g))
    path = b.path("folder")
    os.mkdir(path)
    g = graph(path)
    expect("a folder", run(g), 1, cannot(path, "Is a directory", g))
    g = graph(b.path("none/out-{n}"), rotate={"rows": 10})
    expect("no folder, rotation", run(g), 1, cannot(b.path("none/out-000001"), "No such file or directory", g))
    g = graph(b.path("g.json/out"))
    expect("a file as folder", run(g), 1, cannot(b.path("g.json/out"), "Not a directory", g))
    entries(path, "a folder", [])


def closed_stdout():
    g = graph("-", 5000000)
    p = subprocess.Popen([b.thalweg, "run", g], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = p.stdout.readline()
    p.stdout.close()
    words = p.stderr.read().decode()
    expect("| head -1", (p.wait(60), re.sub(r"^memory: [0-9.]+ MiB .*\n", "", words)), 141, "")
    if line != b'{"n":0}\n':
        b.fail("| head -1: read %r" % line)
    closed = "exec %s run --quiet %s >&-" % (b.thalweg, graph("-", 1000))
    done = subprocess.run(["sh", "-c", closed], stderr=subprocess.PIPE, timeout=60)
    expect(">&-", (done.returncode, done.stderr.decode()), 1, cannot("standard output", "Bad file descriptor"))


def reader_of_fifo_gone():
    path = b.path("fifo")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    g = graph(path, 5000000)
    p = subprocess.Popen([b.thalweg, "run", "--quiet", g], stderr=subprocess.PIPE)
    while True:
        try:
            if os.read(reader, 100):
                break
        except BlockingIOError:
            pass
    os.close(reader)
    words = p.stderr.read().decode()
    expect("reader of a FIFO", (p.wait(60), words), 1, cannot(path, "Broken pipe"))


def limit_of_size():
    """ulimit -f: the file ends in the middle of a block."""
    path = b.path("limited")
    g = graph(path)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
    expect("limit of size", run(g, preexec_fn=limit), 1, cannot(path, "File too large"))
    if b.read("limited") is not None:
        b.fail("limit of size: a part of the rows has the final name")


def full_file_system():
    folder = b.path("small")
    os.mkdir(folder)
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", folder]
    if os.getuid() != 0 or subprocess.run(mount, stderr=subprocess.PIPE).returncode != 0:
        print("skipped: no file system can be mounted here")
        return
    try:
        path = folder + "/out"
        g = graph(path)
        expect("full file system", run(g), 1, cannot(path, "No space left on device"))
        entries(folder, "full file system", ["out.part"])
        os.unlink(path + ".part")

        # rows 0 to 9999 take 88890 bytes, the next 10000 take 100000, and then the disk is full
        g = graph(folder + "/out-{n}", rotate={"rows": 10000})
        expect("full file system, rotation", run(g), 1, cannot(folder + "/out-000003", "No space left on device"))
        entries(folder, "full file system, rotation", ["out-000001", "out-000002", "out-000003.part"])
        for i in range(2):
            with open("%s/out-%06d" % (folder, i + 1), "rb") as f:
                rows = "".join('{"n":%d}\n' % n for n in range(i * 10000, i * 10000 + 10000)).encode()
                b.same("finished before the disk was full", f.read(), rows)
    finally:
        subprocess.run(["umount", folder], check=True)


def permission_denied():
    """Root may write everywhere: another user's child is run."""
    folder = tempfile.mkdtemp()
    try:
        os.chmod(folder, 0o755)
        other = dict(user=65534, group=65534, extra_groups=[]) if os.getuid() == 0 else {}
        path = os.path.join(folder, "out")
        g = os.path.join(folder, "g.json")
        with open(graph(path), "rb") as f, open(g, "wb") as to:
            to.write(f.read())
        os.chmod(g, 0o644)
        if not other:
            os.chmod(folder, 0o555)
        if other and subprocess.run([b.thalweg, "version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **other).returncode:
            print("skipped: another user cannot run the program here")
            return
        expect("permission denied", run(g, **other), 1, cannot(path, "Permission denied", g))
        entries(folder, "permission denied", ["g.json"])
    finally:
        os.chmod(folder, 0o755)
        shutil.rmtree(folder)


def killed():
    """A kill at any time leaves whole files and at most one .part beside them."""
    folder = b.path("killed")
    os.mkdir(folder)
    g = graph(folder + "/out-{n}", 100000000, rotate={"rows": 1000})
    p = subprocess.Popen([b.thalweg, "run", "--quiet", g])
    while len(os.listdir(folder)) < 20:
        pass
    p.kill()
    p.wait()
    names = sorted(os.listdir(folder))
    parts = [n for n in names if n.endswith(".part")]
    if len(parts) > 1 or (parts and parts[0] != names[-1]):
        b.fail("killed: parts are %s of %s" % (parts, names[-3:]))
    for i, name in enumerate(n for n in names if n not in parts):
        rows = "".join('{"n":%d}\n' % n for n in range(i * 1000, i * 1000 + 1000)).encode()
        b.same("killed: " + name, b.read("killed/" + name), rows)


for case in (full_device, missing_and_folder, closed_stdout, reader_of_fifo_gone, limit_of_size, full_file_system,
             permission_denied, killed):
    case()
b.finish()

"""files.py THALWEG SCRATCH: file_in in the real program: what it says of files that it cannot read as they
should be read, compressed files, rows of CSV, and a log that is rotated while it is followed."""

import gzip
import os
import signal
import subprocess
import sys
import time

import harness


def graph_of(b, name, path, append=False, **config):
    return b.graph(name, {
        "read": {"op": "file_in", "config": {"path": path, **config}},
        "write": {"op": "file_out", "config": {"path": b.path(name + ".out"), "format": "raw", "column": "line", "append": append}},
        "bad": {"op": "file_out", "config": {"path": b.path(name + ".bad")}},
    }, ["read -> write", "read.err -> bad"])


def says(b, name, path, code, words, out=b"", before=(), **config):
    """One run: its exit code, all that it says, and what it writes."""
    graph = graph_of(b, name, path, **config)
    done = subprocess.run([*before, b.thalweg, "run", "--quiet", graph], capture_output=True, timeout=harness.LIMIT)
    words = words.replace("GRAPH", graph)
    if done.returncode != code:
        b.fail("%s: exit %d, not %d" % (name, done.returncode, code))
    b.same(name + ": what is said", done.stderr, words.encode())
    b.same(name + ": what is written", b.read(name + ".out") or b"", out)


def bad_files(b):
    none, folder = b.path("none"), b.path("folder")
    os.mkdir(folder)
    says(b, "missing", none, 1, 'GRAPH: error: node "read": cannot open %s: No such file or directory\n' % none)
    says(b, "no-match", none + "*", 1, 'GRAPH: error: node "read": no file matches the pattern %s*\n' % none)
    says(b, "directory", folder, 1, 'GRAPH: error: node "read": cannot read %s: Is a directory\n' % folder)
    says(b, "empty", b.write("empty", b""), 0, "")
    says(b, "no-last-newline", b.write("no-last", b"one\ntwo"), 0, "", b"one\ntwo\n")
    secret = b.write("secret", b"one\n")
    os.chmod(secret, 0)
    # root may read it all the same, unless that right is taken from it
    before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    says(b, "denied", secret, 1, 'GRAPH: error: node "read": cannot open %s: Permission denied\n' % secret, before=before)


def a_long_line(b):
    path = b.write("long", b"one\n" + b"x" * 100_000_000 + b"\nthree\n")
    warning = "thalweg: warning: node read: %s, line 2: longer than max_line (1048576 bytes): such lines are left out and counted in too_long\n"
    says(b, "a-long-line", path, 0, warning % path, b"one\nthree\n", max_line="1MiB")
    os.unlink(path)


def packed(b):
    text = b"".join(b"line %d of the text\n" % i for i in range(200000))
    data = gzip.compress(text[:1000000], 1) + gzip.compress(text[1000000:], 1)
    says(b, "gzip", b.write("packed", data), 0, "", text)
    path = b.write("cut-off.gz", gzip.compress(b"one\n" * 1000)[:-9])
    says(b, "cut-off", path, 1, 'thalweg: failed: node "read": cannot read %s: its gzip data ends too early: the file is cut off, get it again\n' % path,
         b.read("cut-off.out") or b"")
    graph = graph_of(b, "stdin", "-")
    with open(b.path("packed"), "rb") as f:
        done = subprocess.run([b.thalweg, "run", "--quiet", graph], stdin=f, capture_output=True, timeout=harness.LIMIT)
    b.same("gzip as standard input: %r" % done.stderr, b.read("stdin.out"), text)
    done = subprocess.run([b.thalweg, "run", "--quiet", graph], input=data, capture_output=True, timeout=harness.LIMIT)
    b.same("gzip in a pipe", done.stderr, b'thalweg: failed: node "read": cannot read -: it is a pipe with gzip data: unpack it before, '
           b"as in `zcat FILE | thalweg ...`\n")
    if done.returncode != 1:
        b.fail("gzip in a pipe: exit %d" % done.returncode)


def csv_rows(b):
    path = b.write("open.csv", b'a,"b\nc"\nd,"open\n')
    says(b, "csv", path, 0, "thalweg: warning: node read: %s, row 2: a quote is not closed at the end of the file\n" % path,
         b'a,"b\nc"\n', split="csv")
    b.same("csv, bad", b.read("csv.bad").count(b'"a quote is not closed at the end of the file"'), 1)


def wait_for(b, engine, name, want):
    until = time.monotonic() + 30
    while b.read(name) != want and time.monotonic() < until and engine.poll() is None:
        time.sleep(0.01)
    return b.same("followed", b.read(name), want)


def followed(b):
    """Written, rotated, and cut short, while it is read."""
    log, want = b.write("app.log", b"line 0\n"), b"line 0\n"
    engine = subprocess.Popen([b.thalweg, "run", "--quiet", graph_of(b, "follow", log, append=True, follow=True)])
    wait_for(b, engine, "follow.out", want)
    for i in range(1, 6):
        with open(log, "ab", buffering=0) as f:
            f.write(b"half ")
            os.rename(log, log + ".1")
            f.write(b"a line %d\n" % i)
        b.write("app.log", b"new %d\n" % i)
        want += b"half a line %d\nnew %d\n" % (i, i)
        if not wait_for(b, engine, "follow.out", want):
            break
    os.truncate(log, 0)
    with open(log, "ab") as f:
        f.write(b"cut\n")
    wait_for(b, engine, "follow.out", want + b"cut\n")
    engine.send_signal(signal.SIGTERM)
    if engine.wait(harness.LIMIT) not in (0, -signal.SIGTERM):
        b.fail("follow: exit %d" % engine.returncode)


def main():
    b = harness.Bench(*sys.argv[1:3])
    bad_files(b)
    a_long_line(b)
    packed(b)
    csv_rows(b)
    followed(b)
    b.finish()


main()

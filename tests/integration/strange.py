"""strange.py THALWEG SCRATCH [LINES]: input as it should not be, and more of it than is usual: long
escaped texts, many columns, nothing at all, lines too long, garbage, pipes by the thousand. LINES of escaped texts, 20,000 if it does not say."""

import errno
import json
import os
import random
import resource
import subprocess
import sys
import time

import harness

SOME = [harness.SHAPES[i] for i in (1, 2, 4)]  # 1 worker with long queues, 2 and 5 with short ones


def report_of(report, node):
    return next(n for n in report["nodes"] if n["id"] == node) if report else {"rows_out": -1, "errors": -1, "counters": {}}


def reader(path, **config):
    return {"op": "file_in", "config": {"path": path, **config}}


def writer(path, **config):
    return {"op": "file_out", "config": {"path": path, **config}}


def escaped_texts(b, rand, count):
    """Lines of 1.8 KB, every text of which must be copied to lose its escapes."""
    pieces = ['"', "\\", "\n", "\t", "\0", "/", "é", "☃", "\U0001f600", "a plain word ", "0123456789", "\x7f"]
    texts = []
    for i in range(count):
        chunk = "".join(rand.choices(pieces, k=60))
        texts.append("%d\n%s" % (i, (chunk * 40)[:900]))
    lines = [json.dumps({"i": i, "s": s}, ensure_ascii=i % 3 > 0)[:-1] + ', "end": "\\u0041\\n"}\n' for i, s in enumerate(texts)]
    path = b.write("texts.ndjson", "".join(lines).encode())
    graph = b.graph("texts", {
        "read": reader(path),
        "parse": {"op": "parse_json", "config": {"fields": {"i": "i64", "s": "str", "end": "str"}}},
        "write": writer(b.path("texts.out")),
        "bad": writer(b.path("texts.bad")),
    }, harness.chain("read", "parse", "write") + ["parse.err -> bad"])
    want = [{"i": i, "s": s, "end": "A\n"} for i, s in enumerate(texts)]
    for shape in SOME:
        b.run(graph, shape)
        b.same("escaped texts %s" % shape, [json.loads(line) for line in b.read("texts.out").splitlines()], want)
        b.same("escaped texts, bad %s" % shape, b.read("texts.bad"), b"")
    more_text(b, path, texts)


def more_text(b, path, texts):
    """The same with new text for each row on top, which may be more than a batch holds: then
    a row is in `err`, but never nowhere."""
    graph = b.graph("more", {
        "read": reader(path),
        "parse": {"op": "parse_json", "config": {"fields": {"i": "i64", "s": "str"}}},
        "upper": {"op": "expr", "config": {"set": {"u": "upper(s)", "c": "concat(s, '-', s)"}}},
        "write": writer(b.path("more.out")),
        "bad": writer(b.path("more.bad"), columns=["reason"]),
    }, harness.chain("read", "parse", "upper", "write") + ["upper.err -> bad"])
    for shape in SOME:
        b.run(graph, shape)
        rows = [json.loads(line) for line in b.read("more.out").splitlines()]
        bad = b.read("more.bad").splitlines()
        if len(rows) + len(bad) != len(texts):
            b.fail("more text %s: %d rows and %d bad ones of %d" % (shape, len(rows), len(bad), len(texts)))
        b.same("more text, reasons %s" % shape, bad, [b'{"reason":"text over the limit of the batch"}'] * len(bad))
        want = [texts[r["i"]] for r in rows]
        b.same("more text %s" % shape, [r["s"] for r in rows], want)
        b.same("more text, copies %s" % shape, [r["c"] for r in rows], [s + "-" + s for s in want])


def many_columns(b, rand):
    names = ["c%02d" % i for i in range(100)]
    kinds = ["i64", "str", "f64", "bool"]
    values = {
        "i64": lambda: rand.randrange(-10**12, 10**12), "f64": lambda: rand.randrange(-10**6, 10**6) / 64,
        "bool": lambda: rand.random() < 0.5, "str": lambda: rand.choice(["", "a", "x,y", 'say "no"', "longer than twelve", "two\nlines"]),
    }
    rows = []
    for _ in range(3000):
        rows.append([None if rand.random() < 0.2 else values[kinds[i % 4]]() for i in range(100)])
    lines = []
    for row in rows:
        pairs = [(n, v) for n, v in zip(names, row) if v is not None or rand.random() < 0.5]
        rand.shuffle(pairs)
        lines.append(json.dumps(dict(pairs)) + "\n")
    kept = [row + [None if row[0] is None or row[4] is None else row[0] + row[4]] for row in rows if row[3] is not False]
    graph = b.graph("columns", {
        "read": reader(b.write("columns.ndjson", "".join(lines).encode())),
        "parse": {"op": "parse_json", "config": {"fields": {n: kinds[i % 4] for i, n in enumerate(names)}}},
        "sum": {"op": "expr", "config": {"where": "c03 is null or c03", "set": {"sum": "c00 + c04"}}},
        "write": writer(b.path("columns.csv"), format="csv"),
    }, harness.chain("read", "parse", "sum", "write"))
    for shape in harness.SHAPES:
        b.run(graph, shape)
        b.same("100 columns %s" % shape, b.read("columns.csv"), harness.csv(names + ["sum"], kept))


def nothing(b):
    for name, data, lines in (("empty", b"", 0), ("newlines", b"\n" * 10000, 10000), ("crlf", b"\r\n" * 700 + b"\n", 701)):
        graph = b.graph(name, {
            "read": reader(b.write(name + ".in", data)),
            "parse": {"op": "parse_json", "config": {"fields": {"a": "i64", "b": "str"}}},
            "write": writer(b.path(name + ".csv"), format="csv"),
            "copy": writer(b.path(name + ".copy"), format="raw", column="line"),
            "bad": writer(b.path(name + ".bad")),
        }, harness.chain("read", "parse", "write") + ["read -> copy", "parse.err -> bad"])
        for shape in harness.SHAPES:
            report = b.run(graph, shape)
            b.same("%s %s" % (name, shape), b.read(name + ".csv"), b"a,b\n")
            b.same("copy of %s %s" % (name, shape), b.read(name + ".copy"), b"\n" * lines)
            b.same("bad of %s %s" % (name, shape), b.read(name + ".bad"), b"")
            b.same("skipped of %s %s" % (name, shape), [report_of(report, "parse")["counters"].get("empty")], [lines])


def long_lines(b):
    """A line of just max_line is a row, one byte more is not, wherever a block ends."""
    sizes = [99, 100, 101, 0, 100, 5000, 1, 101, 100, 102, 63, 64, 65, 100]
    lines = [bytes([97 + i]) * n for i, n in enumerate(sizes)]
    want = b"".join(line + b"\n" for line in lines * 40 if len(line) <= 100)
    too_long = sum(len(line) > 100 for line in lines * 40)
    for end in (b"\n", b"\r\n"):
        data = end.join(lines * 40)
        for block in ("64", "100", "101", "102", "256KiB"):
            graph = b.graph("long", {
                "read": reader(b.write("long.in", data), max_line=100, block=block),
                "copy": writer(b.path("long.out"), format="raw", column="line"),
            }, ["read -> copy"])
            report = b.run(graph, SOME[1])
            what = "lines about max_line, %r, blocks of %s" % (end, block)
            b.same(what, b.read("long.out"), want)
            b.same(what + ", too_long", [report_of(report, "read")["counters"].get("too_long")], [too_long])


def garbage(b, rand):
    """Bytes of all kinds but digits, which would be JSON where they are a line of their own."""
    data = rand.randbytes(2000000).translate(bytes(255 if 48 <= c <= 57 else c for c in range(256)))
    lines = [line[:-1] if line.endswith(b"\r") else line for line in data.split(b"\n")]
    if data.endswith(b"\n"):
        lines.pop()
    blank = sum(not line.strip(b" \t\r\n") for line in lines)
    graph = b.graph("garbage", {
        "read": reader(b.write("garbage.in", data)),
        "parse": {"op": "parse_json", "config": {"fields": {"a": "i64"}}},
        "write": writer(b.path("garbage.out")),
        "bad": writer(b.path("garbage.bad"), columns=["reason", "data"]),
        "bytes": writer(b.path("garbage.bytes"), format="raw", column="data"),
    }, harness.chain("read", "parse", "write") + ["parse.err -> bad", "parse.err -> bytes"])
    want = b"".join(line + b"\n" for line in lines if line.strip(b" \t\r\n"))
    for shape in harness.SHAPES:
        report = b.run(graph, shape)
        b.same("garbage %s" % shape, b.read("garbage.out"), b"")
        b.same("garbage, its bytes %s" % shape, b.read("garbage.bytes"), want)
        counts = report_of(report, "parse")
        bad = [json.loads(line.decode()) for line in b.read("garbage.bad").split(b"\n") if line]
        b.same("garbage, counts %s" % shape, [len(bad), counts["errors"], counts["counters"].get("empty")],
               [len(lines) - blank, len(lines) - blank, blank])


def is_utf8(line):
    try:
        line.decode()
        return True
    except ValueError:
        return False


def bad_rows_of_ends(b, rand):
    """A source's bad rows, and a sink's: lines that are no UTF-8, and rows that no block holds."""
    lines = []
    for i in range(4000):
        line = b"%d " % i + rand.choice(["é", "ascii ", "☃", "\U0001f600"]).encode() * rand.choice([1, 3, 20, 900, 1500])
        lines.append(line[:rand.randrange(1, len(line))] if rand.random() < 0.3 else line)
    good = [line for line in lines if is_utf8(line)]
    graph = b.graph("ends", {
        "read": reader(b.write("ends.in", b"".join(line + b"\n" for line in lines)), type="str"),
        "write": writer(b.path("ends.out"), format="raw", column="line", block=4096),
        "none": writer(b.path("ends.none"), format="raw", column="data"),
        "long": writer(b.path("ends.long"), format="raw", column="data"),
    }, ["read -> write", "read.err -> none", "write.err -> long"])
    parts = {
        "out": [line for line in good if len(line) < 4096], "long": [line for line in good if len(line) >= 4096],
        "none": [line for line in lines if not is_utf8(line)],
    }
    for shape in harness.SHAPES:
        b.run(graph, shape)
        for name, want in parts.items():
            b.same("bad rows of ends, %s %s" % (name, shape), b.read("ends." + name), b"".join(line + b"\n" for line in want))


def pipes(b):
    """NDJSON from standard input, and from a FIFO."""
    want = harness.ndjson(["i", "s"], [[i, "text %d" % i] for i in range(50000)])
    nodes = lambda path: {
        "read": reader(path),
        "parse": {"op": "parse_json", "config": {"fields": {"i": "i64", "s": "str"}}},
        "write": writer(b.path("pipe.out")),
    }
    edges = harness.chain("read", "parse", "write")
    fifo = b.path("fifo")
    os.mkfifo(fifo)
    source = b.write("pipe.in", want)
    for shape in harness.SHAPES:
        b.run(b.graph("stdin", nodes("-"), edges), shape, want)
        b.same("standard input %s" % shape, b.read("pipe.out"), want)
        feeder = subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', source, fifo])
        b.run(b.graph("fifo", nodes(fifo), edges), shape)
        if b.failed:
            feeder.kill()
        feeder.wait()
        b.same("a FIFO %s" % shape, b.read("pipe.out"), want)


def open_writer(path, until):
    """Opens a FIFO that the engine will have open soon."""
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as e:
            if e.errno != errno.ENXIO or time.monotonic() > until:
                raise
        time.sleep(0.01)


def thousand_fifos(b):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 1500:
        print("skipped: 1,000 FIFOs, for only %d files may be open" % hard)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (1500, hard))
    os.mkdir(b.path("many"))
    names = [b.path("many/%03d" % i) for i in range(1000)]
    for name in names:
        os.mkfifo(name)
    graph = b.graph("fifos", {
        "read": reader(b.path("many/*"), with_path=True, max_line="4KiB"),
        "write": writer(b.path("fifos.out")),
    }, ["read -> write"])
    want = {n: ["%d of %d" % (k, i) for k in range(20)] for i, n in enumerate(names)}
    for shape in SOME:
        engine = subprocess.Popen([b.thalweg, "run", "--quiet", *shape, graph])
        try:
            until = time.monotonic() + 30
            ends = [open_writer(n, until) for n in names]
            # all are half way through a line at the same time
            data = ["\n".join(want[n]).encode() for n in names]
            for fd, d in zip(ends, data):
                os.write(fd, d[:len(d) // 2])
            for fd, d in reversed(list(zip(ends, data))):
                os.write(fd, d[len(d) // 2:])
                os.close(fd)
            code = engine.wait(harness.LIMIT)
        except (OSError, subprocess.TimeoutExpired) as e:
            engine.kill()
            code = "%s %s" % (engine.wait(), e)
        if code != 0:
            b.fail("1,000 FIFOs %s: exit %s" % (shape, code))
            continue
        got = {n: [] for n in names}
        for line in b.read("fifos.out").splitlines():
            row = json.loads(line)
            got[row["path"]].append(row["line"])
        b.same("1,000 FIFOs %s" % shape, list(got.items()), list(want.items()))


def main():
    b = harness.Bench(*sys.argv[1:3])
    seed = 20260124
    print("seed %d" % seed)
    rand = random.Random(seed)
    escaped_texts(b, rand, int(sys.argv[3]) if len(sys.argv) > 3 else 20000)
    many_columns(b, rand)
    nothing(b)
    long_lines(b)
    garbage(b, rand)
    bad_rows_of_ends(b, rand)
    pipes(b)
    thousand_fifos(b)
    b.finish()


main()

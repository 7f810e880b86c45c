"""parse_csv.py THALWEG SCRATCH LINES - what Python's csv module writes is read by parse_csv as that module reads it:
several dialects, quotes, separators and newlines in quotes, texts short and long, in several shapes of runs."""

import csv
import random
import sys

import harness

DIALECTS = [
    {"delimiter": ",", "quotechar": '"', "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\n"},
    {"delimiter": ",", "quotechar": '"', "quoting": csv.QUOTE_ALL, "lineterminator": "\r\n"},
    {"delimiter": ";", "quotechar": "'", "quoting": csv.QUOTE_MINIMAL, "lineterminator": "\r\n"},
    {"delimiter": "\t", "quotechar": '"', "quoting": csv.QUOTE_NONNUMERIC, "lineterminator": "\n"},
]
PIECES = ["", "a", "B c", ",", ";", "\t", '"', "'", '""', "\u00fc\u00df", "\u6cb3", "0", "-", "some words to make it long"]
NAMES = ["key", "the, text", "n", "price", "last"]


def rows_of(rng, count, pieces):
    def text(rng):
        return "".join(rng.choice(pieces) for _ in range(rng.randrange(5)))

    for i in range(count):
        n = rng.randrange(-(10 ** rng.randrange(1, 18)), 10 ** rng.randrange(1, 18))
        yield [i, text(rng), n, rng.randrange(-99999, 99999) / 100, text(rng) * rng.choice([1, 1, 1, 40])]


def want(row, names, quoting):
    """The line of JSON for a record as the reader has it."""
    quoted = quoting != csv.QUOTE_MINIMAL
    texts = [v if v or quoted else None for v in (row[1], row[4])]
    return harness.ndjson(names, [[int(row[0]), texts[0], int(row[2]), float(row[3]), texts[1]]])


def not_utf8(b):
    """A text that is not UTF-8 is a bad row, quoted or not, but bytes all the same, and no matter where nobody wants it."""
    lines = [b"a,b,c", b"x,y,z", b"caf\xe9,y,z", b'"caf\xe9",1,2', b"x,caf\xe9,z", b"x,y,\xe9"]
    fields = {"a": "str", "b": "bytes"}
    nodes = {
        "in": {"op": "file_in", "config": {"path": b.write("latin.csv", b"\n".join(lines) + b"\n")}},
        "parse": {"op": "parse_csv", "config": {"fields": fields}},
        "bad": {"op": "file_out", "config": {"path": b.path("bad"), "format": "csv", "header": False, "columns": ["reason"]}},
        "out": {"op": "file_out", "config": {"path": b.path("out"), "format": "csv", "header": False, "columns": ["a", "b"]}},
    }
    if b.run(b.graph("latin", nodes, harness.chain("in", "parse", "out") + ["parse.err -> bad"])):
        b.same("texts in UTF-8", b.read("out"), b"x,y\nx,caf\xe9\nx,y\n")
        reasons = [b'"""a"" is not UTF-8, in column 1 at byte %d"\n' % at for at in (0, 1)]
        b.same("texts that are not", b.read("bad"), b"".join(reasons))


def main():
    b = harness.Bench(sys.argv[1], sys.argv[2])
    rng = random.Random(20)
    names = ["key", "text", "n", "price", "last"]
    for k, dialect in enumerate(DIALECTS):
        path = b.path("in%d.csv" % k)
        # file_in knows double quotes alone
        has_newlines = dialect["quotechar"] == '"'
        pieces = PIECES + ["\n", "\r\n", "\nb"] if has_newlines else PIECES
        with open(path, "w", newline="", encoding="utf-8") as f:
            out = csv.writer(f, **dialect)
            out.writerow(NAMES)
            out.writerows(rows_of(rng, int(sys.argv[3]), pieces))
        # as texts: QUOTE_NONNUMERIC would make floats of whole numbers
        plain = {**dialect, "quoting": csv.QUOTE_MINIMAL}
        with open(path, newline="", encoding="utf-8") as f:
            rows = list(csv.reader(f, **plain))[1:]
        expected = b"".join(want(row, names, dialect["quoting"]) for row in rows)
        parse = {
            "fields": {"key": "i64", "text": {"type": "str", "at": "the, text"}, "n": "i64", "price": "f64", "last": "str"},
            "separator": dialect["delimiter"],
            "quote": dialect["quotechar"],
        }
        nodes = {
            "in": {"op": "file_in", "config": {"path": path, "split": "csv" if has_newlines else "lines"}},
            "parse": {"op": "parse_csv", "config": parse},
            "bad": {"op": "file_out", "config": {"path": b.path("bad")}},
            "out": {"op": "file_out", "config": {"path": b.path("out")}},
        }
        graph = b.graph("csv%d" % k, nodes, harness.chain("in", "parse", "out") + ["parse.err -> bad"])
        for shape in harness.SHAPES[::2]:
            if b.run(graph, shape):
                b.same("dialect %d %s" % (k, shape), b.read("out"), expected)
                b.same("bad rows of dialect %d %s" % (k, shape), b.read("bad"), b"")
    not_utf8(b)
    b.finish()


main()

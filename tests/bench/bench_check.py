"""Is what a tool wrote what the job must give? Each check takes the tool's output and
the generator's truth, and returns what is wrong, or None."""

import json


def read_truth(path):
    with open(path, encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f]


def rows_of(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def first_difference(got, want):
    """Of two sorted lists."""
    if got == want:
        return None
    for i, (g, w) in enumerate(zip(got, want)):
        if g != w:
            return "row %d of the sorted rows is %r, not %r" % (i, g, w)
    return "%d rows, not %d" % (len(got), len(want))


def check_j1(out, truth):
    got = sorted((r["ts"], r["service"], r["latency"]) for r in rows_of(out))
    return first_difference(got, sorted((ts, service, int(n)) for ts, service, n in read_truth(truth)))


def check_j2(out, truth):
    """Count and sum exactly; p99 within 1 % of what one of the usual definitions of
    the rank gives, or between them."""
    rows = sorted((r["window_start"][:19], r["key"], r["n"], r["sum"], r["p99"]) for r in rows_of(out))
    want = sorted((start[:19], key, int(n), int(s), int(low), int(high))
                  for start, key, n, s, low, high in read_truth(truth))
    wrong = first_difference([r[:4] for r in rows], [w[:4] for w in want])
    if wrong:
        return wrong
    for row, (_, _, _, _, low, high) in zip(rows, want):
        if not low * 0.99 <= row[4] <= high * 1.01:
            return "p99 of %s %s is %r, not %d to %d" % (row[0], row[1], row[4], low, high)
    return None


def close(a, b):
    return abs(a - b) <= 1e-9 * abs(b)


def check_j3(out, truth):
    rows = sorted((r["symbol"], r["n"], r["qty"], r["max"], r["avg"]) for r in rows_of(out))
    want = sorted((s, int(n), int(qty), float(top), float(avg)) for s, n, qty, top, avg in read_truth(truth))
    wrong = first_difference([r[:3] for r in rows], [w[:3] for w in want])
    if wrong:
        return wrong
    for row, w in zip(rows, want):
        if not close(row[3], w[3]) or not close(row[4], w[4]):
            return "max and avg of %s are %r and %r, not %r and %r" % (row[0], row[3], row[4], w[3], w[4])
    return None


def check_rows(out, rows):
    """The report of thalweg, or "ROWS ..." of a program written by hand."""
    with open(out, encoding="utf-8") as f:
        text = f.read()
    if not text.startswith("{"):
        got = int(text.split()[0])
    else:
        nodes = json.loads(text)["nodes"]
        if any(n["errors"] or n["dropped"] for n in nodes):
            return "rows were refused or dropped"
        got = nodes[-1]["rows_in"]
    return None if got == rows else "%d rows, not %d" % (got, rows)

"""memory.py THALWEG SCRATCH - a graph's memory is what it says before it runs, and stays so at full load: resident memory,
less that of a program with next to no graph, is within 5 % of the pools and rings that the line before the run names.
$THALWEG_TEST_SECONDS is how long the larger graph runs; without it a few seconds."""

import json
import os
import re
import subprocess
import sys
import threading
import time

from harness import Bench, chain

b = Bench(sys.argv[1], sys.argv[2])
SECONDS = float(os.environ.get("THALWEG_TEST_SECONDS", "4"))
WARM_UP = 1.0  # seconds until all of the program has been touched once
SHARE = 0.05

LINE = {"op": "gen", "config": {"ndjson": True, "fields": {
    "id": {"type": "i64", "gen": "seq"},
    "name": {"type": "str", "gen": "hex", "length": 24},
    "v": {"type": "i64", "gen": "uniform", "min": 0, "max": 1000}}}}
PARSE = {"op": "parse_json", "config": {"fields": {"id": "i64", "name": "str", "v": "i64"}}}
TEXT = {"op": "expr", "config": {"set": {"text": "concat(upper(name), '-tail')"}}}
FEW = {"op": "expr", "config": {"where": "v < 100"}}
NULL = {"op": "null_out"}

# Text that is made, a fan-out, a route, rows that are gathered, a node that is parallel.
WIDE = (
    {"gen": LINE, "parse": PARSE, "text": TEXT, "few": FEW, "part": {"op": "route", "config": {"routes": {"low": "v < 500"}}},
     "many": {**TEXT, "parallelism": 2}, "z1": NULL, "z2": NULL, "z3": NULL},
    [*chain("gen", "parse", "text", "part"), "text -> few", "few -> z1", "part.low -> many", "many -> z2", "part.rest -> z3"])
NARROW = ({"gen": LINE, "parse": PARSE, "z": NULL}, chain("gen", "parse", "z"))
LEAST = ({"gen": {"op": "gen", "config": {"fields": {"n": {"type": "i64", "gen": "seq"}}}}, "z": NULL}, chain("gen", "z"))


def mib(n):
    return "%.1f MiB" % (n / 1048576)


def resident(pid):
    with open("/proc/%d/statm" % pid) as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def reported(graph, workers):
    """Bytes, as the report of a short run has them."""
    m = b.run(graph, ["--workers", workers, "--for", "50ms"])["memory"]
    if m["total"] != m["pools"] + m["rings"] or not m["pools"] or not m["rings"]:
        b.fail("the report's memory is %s" % m)
    return m


def watch(graph, workers, seconds):
    """What is said before the run, and resident bytes over its time."""
    args = [b.thalweg, "run", "--wait", "spin", "--workers", workers, "--for", "%.1fs" % seconds, graph]
    with subprocess.Popen(args, stderr=subprocess.PIPE) as p:
        limit = threading.Timer(seconds + 60, p.kill)
        limit.start()
        said = p.stderr.readline().decode()
        end, step, seen = time.monotonic() + seconds - 0.3, max(0.05, seconds / 1000), []
        time.sleep(WARM_UP)
        while time.monotonic() < end:
            seen.append(resident(p.pid))
            time.sleep(step)
        rest = p.stderr.read().decode()
        limit.cancel()
    if p.returncode:
        sys.exit("FAILED: exit %d: %s%s" % (p.returncode, said, rest))
    return said, seen


def check_words(said, m):
    """The line is rounded to a tenth of a MiB."""
    want = ["%.1f" % (m[k] / 1048576) for k in ("total", "pools", "rings")]
    got = re.fullmatch(r"memory: ([0-9.]+) MiB \(pools ([0-9.]+), rings ([0-9.]+)\)\n", said)
    if not got or list(got.groups()) != want:
        b.fail("%r is said before the run, of %s" % (said, json.dumps(m)))


def base(workers):
    """Resident without what grows with the graph: code, libraries, stacks."""
    graph = b.graph("least", *LEAST)
    m = reported(graph, workers)
    said, seen = watch(graph, workers, WARM_UP + 1.3)
    check_words(said, m)
    return max(seen) - m["total"]


def check(name, shape, workers, seconds):
    graph = b.graph(name, *shape)
    m = reported(graph, workers)
    said, seen = watch(graph, workers, seconds)
    check_words(said, m)
    without = base(workers)
    low, high = min(seen) - without, max(seen) - without
    words = "%s, %s workers: %s to %s resident, in %d looks, beyond a base of %s; %s was said (%+.1f %% to %+.1f %%)" % (
        name, workers, mib(low), mib(high), len(seen), mib(without), mib(m["total"]),
        100 * (low / m["total"] - 1), 100 * (high / m["total"] - 1))
    if low < (1 - SHARE) * m["total"] or high > (1 + SHARE) * m["total"]:
        b.fail(words)
    else:
        print("ok: " + words)


check("narrow", NARROW, "1", 4)
check("wide", WIDE, "2", SECONDS)
b.finish()

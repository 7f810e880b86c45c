#!/usr/bin/env python3
"""bench.py THALWEG SOURCE SCRATCH - `thalweg bench`: what it counts, the shape of its JSON, comparing, and what it says
of mistakes. No figure of time is judged but where the clock itself bounds it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.dom.minidom

from harness import Bench, LIMIT

thalweg, source, scratch = sys.argv[1:4]
t = Bench(thalweg, scratch)
COUNT, RATE = 4000, 10000


def graph(name, gen=None, sink=None):
    nodes = {
        "make": {"op": "gen", "config": {"count": COUNT, "fields": {"n": {"gen": "seq"}}, **(gen or {})}},
        "keep": {"op": "expr", "config": {"where": "n % 2 = 0"}},
        "end": sink or {"op": "null_out"},
    }
    return t.graph(name, nodes, ["make -> keep", "keep -> end"])


def bench(code, *args):
    done = subprocess.run([thalweg, "bench", *args], capture_output=True, text=True, timeout=LIMIT)
    if done.returncode != code:
        t.fail("bench %s: exit %d, not %d: %s%s" % (" ".join(args), done.returncode, code, done.stdout, done.stderr))
    return done


def says(done, words, where="stderr"):
    if words not in getattr(done, where):
        t.fail("no %r in %r" % (words, getattr(done, where)))


def result(*args):
    done = bench(0, "--json", "-", *args)
    try:
        return json.loads(done.stdout)
    except ValueError as e:
        t.fail("no JSON of %s: %s: %r" % (args, e, done.stdout[:200]))
        t.finish()


def want(what, got, wanted):
    if got != wanted:
        t.fail("%s is %r, not %r" % (what, got, wanted))


def counts_and_shape():
    r = result("--rate", str(RATE), "--rounds", "3", "--workers", "1", graph("counts"))
    want("keys", list(r), ["thalweg_bench", "version", "graph", "setup", "machine", "noise", "metrics", "latency"])
    want("format", r["thalweg_bench"], 1)
    want("graph", r["graph"], "counts")
    want("setup", r["setup"], {"rounds": 3, "for_ns": 10000000000, "warmup_ns": 0, "workers": 1, "rate": RATE})
    want("machine", sorted(r["machine"]), ["cpu", "cpus", "governor", "kernel", "virtual"])
    want("noise", sorted(r["noise"]), ["beside", "gaps", "lost_ns", "watched_ns", "worst_ns"])
    m = r["metrics"]
    latencies = ["end.latency_" + p for p in ("p50", "p90", "p99", "p999", "max")]
    want("metrics", sorted(m), sorted(["elapsed", "cpu", "cpu_per_row", "peak_rss", "make.rows", "make.rows_per_s",
                                       "end.rows", "end.rows_per_s"] + latencies))
    for name, x in m.items():
        want("keys of " + name, list(x), ["value", "unit", "better", "min", "max", "rounds"])
        want("rounds of " + name, len(x["rounds"]), 3)
        want("median of " + name, x["value"], sorted(x["rounds"])[1])
        want("bounds of " + name, [x["min"], x["max"]], [min(x["rounds"]), max(x["rounds"])])
    want("rows made", m["make.rows"]["rounds"], [COUNT] * 3)
    want("rows at the end", m["end.rows"]["rounds"], [COUNT // 2] * 3)
    # The last record is due (COUNT - 1) / RATE after the first and never made before.
    if m["elapsed"]["min"] < (COUNT - 1) / RATE:
        t.fail("%d records at %d/s took %s s" % (COUNT, RATE, m["elapsed"]["min"]))
    for i in range(3):
        rate = m["make.rows"]["rounds"][i] / m["elapsed"]["rounds"][i]
        if abs(rate / m["make.rows_per_s"]["rounds"][i] - 1) > 1e-6:
            t.fail("rows_per_s is not rows / elapsed: %s" % m)
    values = [m[name]["rounds"] for name in latencies]
    for i in range(3):
        column = [v[i] for v in values]
        if column != sorted(column) or column[0] <= 0:
            t.fail("latencies are %s" % column)
    h = r["latency"]["end"]
    want("batches in buckets", sum(n for _, n in h["buckets"]), h["batches"])
    want("greatest latency", h["max_ns"], m["end.latency_max"]["max"])
    if not 1 <= h["batches"] <= 3 * COUNT:
        t.fail("%d batches" % h["batches"])


def open_loop():
    """A graph that can't keep up: latencies count from when records were due, so they grow with the backlog."""
    slow = graph("slow", {"count": 0}, {"op": "file_out", "config": {"path": "-"}})
    args = [thalweg, "bench", "--rate", "1e9", "--for", "1s", "--rounds", "1", "--json", t.path("slow.out"), slow]
    subprocess.run(args, stdout=subprocess.DEVNULL, timeout=LIMIT, check=True)
    m = json.loads(t.read("slow.out"))["metrics"]
    made, elapsed = m["make.rows"]["value"], m["elapsed"]["value"]
    if made / elapsed > 0.5e9:
        return  # this machine keeps up
    # What comes to the sink at a time T was due made / 1e9 after the start; a sink that had no turn after a tenth of
    # the time would be no sink.
    least = (elapsed - made / 1e9) / 10
    if m["end.latency_max"]["value"] / 1e9 < least:
        t.fail("latency max %s ns, though records came %s s late" % (m["end.latency_max"]["value"], least))


def warm_up():
    endless = graph("endless", {"count": 0, "rate": 20000})
    began = time.monotonic()
    r = result("--for", "200ms", "--warmup", "200ms", "--rounds", "2", endless)
    wall = time.monotonic() - began
    m = r["metrics"]
    for i in range(2):
        rows, seconds = m["make.rows"]["rounds"][i], m["elapsed"]["rounds"][i]
        if seconds < 0.2:
            t.fail("measured %s s, not 0.2" % seconds)
        # The source may catch up on what it owes from the warm-up, but is never ahead of its clock.
        if not 0 < rows <= 20000 * wall:
            t.fail("%d rows in %s s" % (rows, wall))
    want("rate of the graph is kept", r["setup"]["rate"], None)
    says(bench(1, "--warmup", "30s", graph("short")), "the sources ended within the warm-up: nothing was measured")


def in_parallel():
    """Instances of a node are one node in the figures."""
    g = t.graph("parallel", {
        "make": {"op": "gen", "config": {"count": COUNT, "fields": {"n": {"gen": "seq"}}}},
        "keep": {"op": "expr", "config": {"where": "n % 2 = 0"}, "parallelism": 2},
        "end": {"op": "null_out", "parallelism": 2},
        "all": {"op": "null_out"},
    }, ["make -> keep", "keep -> end", "make -> all"])
    r = result("--rounds", "2", "--workers", "2", g)
    m = r["metrics"]
    want("rows of two instances", m["end.rows"]["rounds"], [COUNT // 2] * 2)
    want("rows of the sink after them", m["all.rows"]["rounds"], [COUNT] * 2)
    want("sinks", list(r["latency"]), ["end", "all"])
    for h in r["latency"].values():
        want("batches in buckets", sum(n for _, n in h["buckets"]), h["batches"])


def for_people():
    done = bench(0, "--rounds", "2", "--svg", t.path("l.svg"), graph("people"))
    for words in ("people: 2 rounds of ", "noise: in ", "source ", "sink ", "ns of CPU per row read, peak memory", "latency at end, of "):
        says(done, words, "stdout")
    xml.dom.minidom.parseString(t.read("l.svg"))
    want("quiet", bench(0, "--quiet", "--rounds", "1", graph("people")).stdout, "")


def compare():
    g, old = graph("before"), t.path("old.json")
    bench(0, "--rounds", "2", "--quiet", "--json", old, g)
    done = bench(0, "--rounds", "2", "--compare", old, "--json", t.path("new.json"), g)
    says(done, "metric ", "stdout")
    for name in ("make.rows_per_s", "end.latency_p99", "cpu_per_row", "peak_rss"):
        if not re.search(r"^%s +\S+.* +\d+\.\d{3}  +\+-\d+\.\d%%" % re.escape(name), done.stdout, re.M):
            t.fail("no row %s in %s" % (name, done.stdout))
    if "note: the old" in done.stdout:
        t.fail("the same graph is called unlike: %s" % done.stdout)
    # An old result a million times faster, without any noise.
    r = json.loads(t.read("old.json"))
    for x in r["metrics"].values():
        k = {"more": 1e6, "less": 1e-6, None: 1}[x["better"]]
        x["rounds"] = [x["value"] * k] * 2
    r["graph"] = "another"
    t.write("fast.json", json.dumps(r).encode())
    fast = ["--rounds", "1", "--quiet", "--compare", t.path("fast.json")]
    says(bench(0, *fast, g), 'note: the old result is of graph "another"', "stdout")
    says(bench(1, *fast, "--fail-over", "10", g), "worse: too much", "stdout")
    # One that is a million times slower is no reason to fail.
    for x in r["metrics"].values():
        k = {"more": 1e-12, "less": 1e12, None: 1}[x["better"]]
        x["rounds"] = [v * k for v in x["rounds"]]
    t.write("slower.json", json.dumps(r).encode())
    done = bench(0, "--rounds", "1", "--compare", t.path("slower.json"), "--fail-over", "10", g)
    says(done, "  better", "stdout")
    # The result may replace the one it is compared with.
    bench(0, "--rounds", "1", "--quiet", "--compare", old, "--json", old, g)
    want("rounds of the new result", json.loads(t.read("old.json"))["setup"]["rounds"], 1)


def mistakes():
    g = graph("mistakes")
    for args, words in (
        (["--rounds", "0", g], 'thalweg bench: --rounds must be a number from 1 to 99, got "0"'),
        (["--rate", "0", g], 'thalweg bench: --rate must be a number above 0, at most 1000000000, got "0"'),
        (["--rate", "fast", g], 'thalweg bench: --rate must be a number above 0, at most 1000000000, got "fast"'),
        (["--rate", "nan", g], 'thalweg bench: --rate must be a number above 0, at most 1000000000, got "nan"'),
        (["--warmup", "soon", g], 'thalweg bench: --warmup must be a duration such as 10s, got "soon"'),
        (["--fail-over", "5", g], "thalweg bench: --fail-over needs --compare"),
        (["--json", "-", "--svg", "-", g], "thalweg bench: --json and --svg can't both go to stdout"),
        ([], "thalweg bench: an argument is missing"),
    ):
        says(bench(2, *args), words + "\n")
    says(bench(6, "--compare", t.path("none"), g), "thalweg bench: --compare %s: No such file or directory\n" % t.path("none"))
    for text, words in (
        (b"[1, ", "is no JSON"),
        (b'{"a": 1}', "is no result of `thalweg bench --json`"),
        (b'{"thalweg_bench": 2, "metrics": {}}', "has another format than this version writes"),
        (b'{"thalweg_bench": 1}', "has no metrics"),
    ):
        path = t.write("bad.json", text)
        want("the message", bench(2, "--compare", path, g).stderr, "thalweg bench: --compare: %s %s\n" % (path, words))
    where = t.path("no/where.json")
    says(bench(1, "--json", where, g), "thalweg bench: %s: No such file or directory\n" % where)
    says(bench(6, t.path("none.json")), "none.json")
    says(bench(3, os.path.join(source, "graphs/invalid/cycle/graph.json")), "error: ")
    reads = t.graph("reads", {"read": {"op": "file_in", "config": {"path": "x"}}, "end": {"op": "null_out"}}, ["read -> end"])
    done = bench(3, "--rate", "5", reads)
    says(done, 'error: a rate is asked for, but operator "file_in" has none to set\n')
    says(done, "= help: leave --rate out, or let gen make the records   (/nodes/read/op)\n")
    says(bench(1, reads), 'error: node "read": cannot open x: No such file or directory')


def interrupted():
    """Once is enough: nothing is written of a bench that did not end."""
    g = graph("interrupted", {"count": 0, "rate": 1000}, {"op": "file_out", "config": {"path": "-"}})
    p = subprocess.Popen([thalweg, "bench", "--json", t.path("half.json"), g], stdout=subprocess.PIPE)
    p.stdout.readline()
    p.send_signal(signal.SIGINT)
    p.stdout.read()
    want("exit code at SIGINT", p.wait(LIMIT), 130)
    want("the result", t.read("half.json"), b"")


counts_and_shape()
open_loop()
warm_up()
in_parallel()
for_people()
compare()
interrupted()
mistakes()
t.finish()

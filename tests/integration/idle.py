"""idle.py THALWEG SCRATCH - a graph that waits uses next to no CPU: it follows a file that does not grow, on two workers.
What the whole process uses is read off its CPU clock, after it has started. The bound is generous; the goal is a fifth."""

import os
import subprocess
import sys
import time

from harness import Bench, chain

b = Bench(sys.argv[1], sys.argv[2])
SECONDS = 3.0
BOUND = 0.005  # of one core


def cpu_clock(pid):
    """The clock id of a process's CPU time, in ns, as clock_getcpuclockid makes it."""
    return (~pid << 3) | 2


def threads(pid):
    folder = "/proc/%d/task" % pid
    return [open(os.path.join(folder, t, "comm")).read().strip() for t in os.listdir(folder)]


def used(wait, workers):
    """Share of a core; None where it does not run as it should."""
    args = [b.thalweg, "run", "--quiet", "--wait", wait, "--workers", str(workers), graph]
    with subprocess.Popen(args, stderr=subprocess.PIPE) as p:
        time.sleep(1)
        if p.poll() is not None:
            b.fail("%s: it ended: exit %d, %s" % (" ".join(args), p.returncode, p.stderr.read()))
            return None
        n = sum(name.startswith("tw-worker") for name in threads(p.pid))
        if n != workers:
            b.fail("%s: %d workers: %s" % (" ".join(args), n, threads(p.pid)))
        clock, began = cpu_clock(p.pid), time.monotonic()
        before = time.clock_gettime(clock)
        time.sleep(SECONDS)
        share = (time.clock_gettime(clock) - before) / (time.monotonic() - began)
        p.terminate()
        words = p.stderr.read()
        if p.wait(30):
            b.fail("%s: exit %d, %s" % (" ".join(args), p.returncode, words))
    return share


lines = b.write("in.ndjson", b'{"n":1}\n' * 1000)
graph = b.graph("idle", {
    "in": {"op": "file_in", "config": {"path": lines, "follow": True}},
    "parse": {"op": "parse_json", "config": {"fields": {"n": "i64"}}},
    "z": {"op": "null_out"}}, chain("in", "parse", "z"))

for wait in ("park", "adaptive"):
    share = used(wait, 2)
    if share is None:
        continue
    words = "%s, 2 workers, waiting: %.3f %% of a core" % (wait, 100 * share)
    if share > BOUND:
        b.fail(words)
    else:
        print("ok: " + words)
b.finish()

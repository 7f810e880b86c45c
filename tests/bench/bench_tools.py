"""Which tool does which job, and by which command."""

import json
import os
import shutil
import subprocess

import bench_build
import bench_check
from bench_build import HERE, Missing

JOBS = {
    "J1": "NDJSON: level = error and latency > 200, three fields, written",
    "J2": "NDJSON: count, sum and p99 by key (10,000) in windows of one second of event time",
    "J3": "CSV: side = B and qty > 100; count, sum, max, avg by symbol (1,000)",
    "pass": "NDJSON: lines, and nothing done with them",
    "parse3": "NDJSON: three fields to columns (by hand: simdjson on-demand)",
    "parse11": "NDJSON: all eleven values to columns (by hand: simdjson DOM)",
}
CHECKS = {"J1": bench_check.check_j1, "J2": bench_check.check_j2, "J3": bench_check.check_j3}
TOOLS = ["thalweg", "by-hand", "duckdb", "jq", "mlr", "gawk", "mawk", "cat"]
STATELESS = ("parse_json", "parse_csv", "expr")
SLOW = ("jq", "mlr", "gawk", "mawk")  # they get less input

JQ = 'select(.level == "error" and .latency > 200) | {ts, service, latency}'
MLR = {
    "J1": ["--ijsonl", "--ojsonl", "filter", '$level == "error" && $latency > 200', "then", "cut", "-o", "-f",
           "ts,service,latency"],
    "J2": ["--ijsonl", "--ojsonl", "put", '$window_start = substr0($ts, 0, 18)',
           "then", "stats1", "-a", "count,sum,p99", "-f", "latency", "-g", "window_start,key",
           "then", "rename", "latency_count,n,latency_sum,sum,latency_p99,p99"],
    "J3": ["--icsv", "--ojsonl", "filter", '$side == "B" && $qty > 100', "then", "stats1", "-a", "count,sum,max,mean", "-f",
           "qty,price", "-g", "symbol", "then", "rename", "qty_count,n,qty_sum,qty,price_max,max,price_mean,avg"],
}


class Entry:
    """One tool at one job: the row of a table."""

    def __init__(self, job, tool, cores, command, slow=False, writes=False):
        self.job, self.tool, self.cores, self.slow = job, tool, cores, slow
        self.command = command  # of (input, output): argv
        self.writes = writes    # the tool opens its output itself
        self.name = tool + ("" if cores == 1 else ", %d cores" % cores)
        self.cwd = None
        self.checked = tool != "cat"
        self.wall, self.cpu, self.rss = [], [], []


def graph_of(job, parallel, folder):
    """The job's graph; with `parallel` instances of the nodes that keep no state (a header is some), for
    how many they are can't be a variable of a graph."""
    path = os.path.join(HERE, job.lower() + ".json")
    if parallel == 1:
        return path
    with open(path, encoding="utf-8") as f:
        graph = json.load(f)
    for node in graph["nodes"].values():
        # who reads a header row must see the first row of the file
        if node["op"] in STATELESS and not node["config"].get("header"):
            node["parallelism"] = parallel
    path = os.path.join(folder, "%s-parallel-%d.json" % (job.lower(), parallel))
    with open(path, "w", encoding="utf-8") as f:
        json.dump(graph, f, indent=2)
    return path


def thalweg(options, job, cores, parallel=1):
    program = options.thalweg
    graph = graph_of(job, parallel, options.folder)
    report = "--quiet" if job in CHECKS else "--json"

    def command(source, output):
        argv = [program, "run", report, "--workers", str(cores), "--set", "in=" + source]
        return argv + (["--set", "out=" + output] if job in CHECKS else []) + [graph]

    checked = subprocess.run([program, "validate", "--set", "in=" + HERE + "/run", graph], capture_output=True, text=True,
                             check=False)
    if checked.returncode != 0:
        words = (checked.stderr + checked.stdout).strip().splitlines()
        raise Missing("this thalweg does not take its graph: %s" % (words[0] if words else "no reason given"))
    return Entry(job, "thalweg", cores, command, writes=job in CHECKS)


def by_hand(cache, job):
    if job in ("parse3", "parse11"):
        program = bench_build.build("by_hand_parse", cache)
        what = "three" if job == "parse3" else "all"
        return Entry(job, "by-hand", 1, lambda source, output: [program, what, source])
    program = bench_build.build("by_hand_" + job.lower(), cache)
    return Entry(job, "by-hand", 1, lambda source, output: [program, source])


def duckdb(cache, may_install, job, cores):
    folder = bench_build.duckdb(cache, may_install)
    script = os.path.join(HERE, "duckdb.mjs")
    entry = Entry(job, "duckdb", cores,
                  lambda source, output: ["node", script, job.lower(), source, output, str(cores)], writes=True)
    entry.cwd = folder
    return entry


def plain(tool, job):
    if not shutil.which(tool):
        raise Missing("%s is not installed (apt-get install %s)" % (tool, "miller" if tool == "mlr" else tool))
    commands = {
        "cat": ["cat"],
        "jq": ["jq", "-c", JQ],
        "mlr": ["mlr"] + MLR.get(job, []),
        "gawk": ["gawk", "-f", "%s/%s.awk" % (HERE, job.lower())],
        "mawk": ["mawk", "-f", "%s/%s.awk" % (HERE, job.lower())],
    }
    return Entry(job, tool, 1, lambda source, output: commands[tool] + [source], slow=tool in SLOW)


def can(job):
    """The tools that a job has, with the number of cores they get."""
    if job in ("parse3", "parse11"):
        return [("thalweg", 1), ("by-hand", 1)]
    if job == "pass":
        return [("thalweg", 1), ("cat", 1)]
    return ([("thalweg", 1), ("thalweg", 2), ("by-hand", 1), ("duckdb", 1), ("duckdb", 2)]
            + ([("jq", 1)] if job == "J1" else []) + [("mlr", 1)]
            + ([("gawk", 1), ("mawk", 1)] if job != "J2" else []) + [("cat", 1)])


def make(job, tool, cores, options):
    if tool == "thalweg":
        return thalweg(options, job, cores, parallel=cores)
    if tool == "by-hand":
        return by_hand(options.cache, job)
    if tool == "duckdb":
        return duckdb(options.cache, not options.no_install, job, cores)
    return plain(tool, job)


def entries(options, n_cpus):
    """All rows that can be measured here, and why the others cannot."""
    rows, skipped = [], []
    for job in JOBS:
        for tool, cores in can(job) if job in options.jobs else []:
            if tool not in options.tools:
                continue
            try:
                if cores > n_cpus:
                    raise Missing("there is only one core")
                rows.append(make(job, tool, cores, options))
            except Missing as why:
                line = "%s, %s: %s" % (tool, job, why)
                if line not in skipped:
                    skipped.append(line)
    return rows, skipped

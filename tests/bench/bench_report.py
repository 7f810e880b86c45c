"""From the rounds' figures to medians, ratios and goals; as a table and as JSON."""

import json
import os
import platform
import subprocess
from statistics import median

import bench_build
import bench_tools

# name, job, against whom (tool, cores), at least: a ratio of MB/s, of thalweg on one core
RATIO_GOALS = [
    ("J1", ("duckdb", 1), 2.0),
    ("J1", ("by-hand", 1), 0.6),
    ("J2", ("duckdb", 1), 1.8),
    ("J2", ("by-hand", 1), 1.0),
    ("J3", ("duckdb", 1), 3.0),
    ("parse3", ("by-hand", 1), 0.8),
    ("parse11", ("by-hand", 1), 1.2),
]
PASS_GOAL = 2000.0        # MB/s
RSS_GOAL = 64.0           # MB, of the jobs without keyed state to speak of
RSS_JOBS = ("J1", "pass", "parse3", "parse11")
BUSY = 30.0               # per mille that a spinning thread lost
PAIR_GOAL, PIPE_GOAL = 0.85, 1.2


def rates(size, seconds):
    """MB/s: median, slowest, fastest."""
    per = [size / 1e6 / s if s > 0 else 0.0 for s in seconds]
    return {"median": median(per), "min": min(per), "max": max(per)}


def row(bench, entry):
    _, rows, size, _ = bench.data_of(entry)
    return {
        "job": entry.job, "tool": entry.tool, "cores": entry.cores, "name": entry.name, "bytes": size, "rows": rows,
        "wall_s": entry.wall, "cpu_s": entry.cpu, "rss_kib": max(entry.rss), "verified": entry.checked,
        "mb_per_s": rates(size, entry.wall), "mb_per_cpu_s": rates(size, entry.cpu),
    }


def find(results, job, tool, cores=1):
    for r in results:
        if (r["job"], r["tool"], r["cores"]) == (job, tool, cores):
            return r
    return None


def ratio(a, b, key):
    """a's MB/s by b's: the median of the rounds' ratios, so that a slow minute of the
    machine meets both."""
    return median(a["bytes"] / x / (b["bytes"] / y) if x > 0 and y > 0 else 0.0 for x, y in zip(a[key], b[key]))


def pair_ratio(rounds, name):
    return median(r[name] / r["two processes"] for r in rounds)


def add_ratios(results):
    for r in results:
        ours = find(results, r["job"], "thalweg")
        if ours and r is not ours:
            r["thalweg_by_wall"] = ratio(ours, r, "wall_s")
            r["thalweg_by_cpu"] = ratio(ours, r, "cpu_s")


def pipe_ratios(pipe):
    """Of the rounds in which the sender kept its times in both runs: where it is late by
    a good part of what is measured, its core is what is measured."""
    return [t[0] / r[0] for t, r in zip(pipe["thalweg"], pipe["relay"]) if all(x[-1] <= x[0] / 4 for x in (t, r))]


def goal(text, unit, want, got, by_cpu=None, at_most=False):
    def met(v):
        return v <= want if at_most else v >= want
    return {"goal": text, "unit": unit, "at_most": at_most, "want": want, "got": got, "met": met(got),
            "got_by_cpu": by_cpu, "met_by_cpu": None if by_cpu is None else met(by_cpu)}


def goals(report):
    results, found = report["results"], []
    for job, (tool, cores), want in RATIO_GOALS:
        ours, other = find(results, job, "thalweg"), find(results, job, tool, cores)
        if ours and other:
            found.append(goal("%s, %s" % (job, other["name"]), "×", want, other["thalweg_by_wall"], other["thalweg_by_cpu"]))
    ours = find(results, "pass", "thalweg")
    if ours:
        found.append(goal("pass", "MB/s", PASS_GOAL, ours["mb_per_s"]["median"], ours["mb_per_cpu_s"]["median"]))
    for job in RSS_JOBS:
        ours = find(results, job, "thalweg")
        if ours:
            found.append(goal("%s, memory" % job, "MB", RSS_GOAL, ours["rss_kib"] / 1024, at_most=True))
    for job, rounds in report["pair"].items():
        best = max(("in line", "parallel"), key=lambda name: pair_ratio(rounds, name))
        found.append(goal("%s, 2 workers %s" % (job, best), "×", PAIR_GOAL, pair_ratio(rounds, best)))
    by = pipe_ratios(report["pipe"]) if report["pipe"] else []
    if by:
        found.append(goal("pipe, p50 by a relay's", "×", PIPE_GOAL, median(by), at_most=True))
    return found


def first_words(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else None


def versions(bench):
    """Of the tools that were measured."""
    tools = {e.tool for e in bench.entries}
    found = {"thalweg": first_words([bench.options.thalweg, "--version"])}
    simple = {"jq": ["jq", "--version"], "mlr": ["mlr", "--version"], "gawk": ["gawk", "--version"],
              "mawk": ["mawk", "-W", "version"], "cat": ["cat", "--version"]}
    for tool in sorted(tools & set(simple)):
        found[tool] = first_words(simple[tool])
    if "by-hand" in tools:
        try:
            found["simdjson"] = first_words([bench_build.build("by_hand_parse", bench.options.cache), "--version"])
        except bench_build.Missing:
            pass
        found["compiler"] = first_words([os.environ.get("CXX", "c++"), "--version"])
    if "duckdb" in tools:
        folder = bench_build.duckdb(bench.options.cache, False)
        found["duckdb"] = bench_build.first_line(["sh", "-c", 'cd "$0" && exec node "$1" version', folder,
                                                  bench_build.HERE + "/duckdb.mjs"])
    return found


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def make(bench):
    results = [row(bench, e) for e in bench.entries]
    add_ratios(results)
    report = {
        "benchmark": "whole jobs", "rounds": bench.options.rounds, "seed": bench.options.seed,
        "machine": {"cpu": cpu_model(), "kernel": platform.release(), "cpus": bench.cpus},
        "noise": [{"lost_per_mille": a, "longest_gap_us": b, "round_trip_ns": c, "load": d} for a, b, c, d in bench.noise],
        "versions": versions(bench), "results": results, "pair": bench.pairs, "pipe": bench.pipes,
        "skipped": bench.skipped,
    }
    report["goals"] = goals(report)
    return report


def save(report, path):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(report, f, indent=1, ensure_ascii=False)
        f.write("\n")


def span(values, form):
    values = list(values)
    return (form + " to " + form) % (min(values), max(values))


def show_machine(report, out):
    noise = report["noise"]
    out.write("%s, Linux %s, cores %s; %d rounds, interleaved\n" % (
        report["machine"]["cpu"], report["machine"]["kernel"], ",".join(map(str, report["machine"]["cpus"])), report["rounds"]))
    out.write("between rounds: load %s; a spinning thread lost %s per mille, longest gap %s µs; round trip %s ns\n" % (
        span((n["load"] for n in noise), "%.1f"), span((n["lost_per_mille"] for n in noise), "%.1f"),
        span((n["longest_gap_us"] for n in noise), "%.0f"), span((n["round_trip_ns"] for n in noise), "%.0f")))
    if median(n["lost_per_mille"] for n in noise) > BUSY:
        out.write("THE MACHINE IS BUSY: walls measure the others too; believe CPU seconds, and those not far\n")
    for name, version in report["versions"].items():
        out.write("%s: %s\n" % (name, version))


def show_job(job, rows, out):
    out.write("\n%s  %s\n" % (job, bench_tools.JOBS[job]))
    out.write("%-17s %8s %8s %15s %9s %7s   %s\n" % ("", "input MB", "MB/s", "(min to max)", "MB/CPU s", "RSS MB",
                                                     "thalweg is × it: wall, CPU"))
    for r in rows:
        m = r["mb_per_s"]
        by = "%7.2f %7.2f" % (r["thalweg_by_wall"], r["thalweg_by_cpu"]) if "thalweg_by_wall" in r else ""
        out.write("%-17s %8.0f %8.0f %15s %9.0f %7.1f   %s\n" % (
            r["name"], r["bytes"] / 1e6, m["median"], "(%.0f to %.0f)" % (m["min"], m["max"]),
            r["mb_per_cpu_s"]["median"], r["rss_kib"] / 1024, by))


def show_pair(report, out):
    if not report["pair"]:
        return
    out.write("\npair  two workers on one graph, nodes in line or parallel, beside two processes of one worker each: MB/s\n")
    for job, rounds in report["pair"].items():
        out.write("%-17s" % job)
        for name in rounds[0]:
            out.write("  %s %.0f" % (name, median(r[name] for r in rounds)))
            if name != "two processes":
                out.write(" (× %.2f)" % pair_ratio(rounds, name))
        out.write("\n")


def show_pipe(report, out):
    if not report["pipe"]:
        return
    out.write("\npipe  lines from a pipe to a pipe, 100,000 a second, µs from the intended time: median of the rounds (min to max)\n")
    for tool, rounds in report["pipe"].items():
        columns = [[ns / 1000 for ns in c] for c in zip(*rounds)]
        out.write("%-17s" % tool)
        for name, c in ("p50", columns[0]), ("p99", columns[1]), ("sent late, p50", columns[-1]):
            out.write("  %s %.0f (%s)" % (name, median(c), span(c, "%.0f")))
        out.write("\n")
    out.write("rounds fit to judge: %d of %d\n" % (len(pipe_ratios(report["pipe"])), report["rounds"]))


def show_goals(report, out):
    out.write("\n%-32s %14s %9s          %9s\n" % ("goals", "", "by wall", "by CPU s"))
    for g in report["goals"]:
        def verdict(v, met):
            return "%9s %-7s" % ("%.2f" % v if g["unit"] == "×" else "%.0f" % v, "met" if met else "MISSED")
        line = "%-32s %14s %s" % (g["goal"], "%s %g %s" % ("≤" if g["at_most"] else "≥", g["want"], g["unit"]),
                                  verdict(g["got"], g["met"]))
        if g["got_by_cpu"] is not None:
            line += "  " + verdict(g["got_by_cpu"], g["met_by_cpu"])
        out.write(line.rstrip() + "\n")


def show(report, out):
    show_machine(report, out)
    for job in bench_tools.JOBS:
        rows = [r for r in report["results"] if r["job"] == job]
        if rows:
            show_job(job, rows, out)
    show_pair(report, out)
    show_pipe(report, out)
    show_goals(report, out)
    if report["skipped"]:
        out.write("\nnot measured\n")
        for line in report["skipped"]:
            out.write("  %s\n" % line)

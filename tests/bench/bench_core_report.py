"""From the rounds' figures to medians, ratios and goals; as tables and as JSON. Figures of
two programs are compared only where they are of one round, and the two cores were equally
far apart in both."""

import os
import platform
import time
from statistics import median

import bench_core_cells
import bench_core_goals
import bench_core_steady

DISTANCES = ("one core", "near", "far")
ANY = "any"
TAILS = ("p50", "p99", "p999", "p9999")


def summary(values):
    return {"n": len(values), "median": median(values), "min": min(values), "max": max(values)} if values else None


class Figures:
    """What was measured, to be asked by cell and program."""

    def __init__(self, results):
        self.by = {}  # (cell, who): results
        for r in results:
            self.by.setdefault((r["cell"], r["who"]), []).append(r)

    def who(self, cell):
        return [w for c, w in self.by if c == cell]

    def kind(self, cell, who):
        return self.by[cell, who][0]["kind"]

    def values(self, cell, who, key, distance):
        return [r["said"][key] for r in self.by.get((cell, who), []) if r["distance"] == distance]

    def distances(self, cell):
        return [d for d in DISTANCES if any(r["distance"] == d for w in self.who(cell) for r in self.by[cell, w])]

    def ratios(self, a, b, key, distance):
        """Of a's figure by b's, (cell, who) each: of every round that has both at this
        distance, or on one core, where there is none. Distance ANY: whatever b's was, while
        a ran on one core."""
        def of(pair, fits):
            return {r["round"]: r["said"][key] for r in self.by.get(pair, []) if r["distance"] in fits and key in r["said"]}
        x = of(a, ("one core",) if distance == ANY else (distance, "one core"))
        y = of(b, DISTANCES if distance == ANY else (distance, "one core"))
        return [x[i] / y[i] for i in x if i in y and y[i] > 0]

    def ratio(self, a, b, key, distance):
        return summary(self.ratios(a, b, key, distance))


def entry(figures, cell, who):
    out = {"who": who, "kind": figures.kind(cell.name, who), "words": figures.by[cell.name, who][0]["words"]}
    for d in DISTANCES:
        keys = [cell.metric] + [k for k in TAILS + ("max", "cores") if k != cell.metric]
        found = {k: summary([r["said"][k] for r in figures.by[cell.name, who]
                             if r["distance"] == d and k in r["said"] and not isinstance(r["said"][k], dict)]) for k in keys}
        found = {k: v for k, v in found.items() if v}
        if found:
            out[d] = found
            ours = figures.ratio((cell.name, "thalweg"), (cell.name, who), cell.metric, d) \
                if cell.metric in ("p50", "records_per_s") else None
            if ours and not who.startswith("thalweg"):
                out[d]["thalweg_by_it"] = ours
    if cell.metric == "gb_per_s":
        said = [r["said"]["gb_per_s"] for r in figures.by[cell.name, who]]
        out["gb_per_s"] = {size: summary([s[size] for s in said]) for size in said[0]}
    return out


def machine():
    cpu = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
            cpu = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), cpu)
    except OSError:
        pass
    return {"cpu": cpu, "cpus": len(os.sched_getaffinity(0)), "kernel": platform.release()}


def make(core):
    figures = Figures(core.results)
    report = {
        "benchmark": "core", "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine(),
        "rounds": core.options.rounds, "seconds": time.monotonic() - core.start, "trials_seconds": core.trials_took,
        "load": list(os.getloadavg()), "round_trips": core.trips,
        "missing": [list(m) for m in core.missing],
        "cells": [{"group": c.group, "name": c.name, "metric": c.metric,
                   "programs": [entry(figures, c, w) for w in figures.who(c.name)]} for c in core.cells],
        "results": core.results, "steady": core.steady,
    }
    if core.steady:
        report["steady"]["summary"] = bench_core_steady.summary(core.steady)
    report["goals"] = bench_core_goals.judge(figures, core.options.only)
    return report


# Tables.

def short(v):
    """Three digits and the unit's letter."""
    for limit, by, letter in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if v >= limit:
            return "%.3g%s" % (v / by, letter)
    return "%.4g" % v


def span(s):
    return "%8s %15s" % (short(s["median"]), "%s-%s" % (short(s["min"]), short(s["max"])))


def best_first(cell, distance):
    sign = 1 if cell["metric"] in ("p50", "cores", "ns_per_call") else -1
    return sorted((p for p in cell["programs"] if distance in p),
                  key=lambda p: sign * p[distance].get(cell["metric"], {"median": 0})["median"])


def show_latency(cell, distance, out):
    out.write("  %-34s %8s %15s %8s %8s %8s  %s\n" % (distance, "p50 ns", "min-max", "p99", "p99.9", "p99.99", "thalweg / it"))
    for p in best_first(cell, distance):
        f = p[distance]
        ours = f.get("thalweg_by_it")
        out.write("  %-34s %s %8s %8s %8s  %s\n" % (
            p["who"], span(f["p50"]), *(short(f[k]["median"]) for k in TAILS[1:]), "%.2f" % ours["median"] if ours else ""))


def show_rates(cell, distance, out):
    out.write("  %-34s %8s %15s  %s\n" % (distance, cell["metric"].replace("_per_", "/"), "min-max", "thalweg / it"))
    for p in best_first(cell, distance):
        f = p[distance]
        ours = f.get("thalweg_by_it")
        out.write("  %-34s %s  %s\n" % (p["who"], span(f[cell["metric"]]), "%.2f" % ours["median"] if ours else ""))


def show_cell(cell, out):
    out.write("\n%s\n" % cell["name"])
    for p in cell["programs"]:
        if "gb_per_s" in p:
            out.write("  GB/s  %s\n" % "   ".join("%s %.1f" % (k, v["median"]) for k, v in p["gb_per_s"].items()))
    for d in DISTANCES:
        if any(cell["metric"] in p.get(d, {}) for p in cell["programs"]):
            (show_latency if cell["metric"] == "p50" else show_rates)(cell, d, out)


def show_steady(steady, out):
    s = steady["summary"]
    out.write("\nsteady: %.0f s of %s records/s through %d operators on two cores, batches of one as they come\n"
              % (steady["seconds"], short(steady["rate"]), steady["ops"]))
    if s["behind"]:
        out.write("  in %d of %d slices that was more than the cores could do, far apart; %s\n"
                  % (s["behind"], s["slices"], "of the others:" if s["behind"] < s["slices"] else "no others, so of these:"))
    out.write("  later than 10 us: %.1f a second: the machine took the time %d, other processes %d, we had that much to do %d, "
              "unexplained %d\n" % (s["stalls_per_s"], s["stalls"]["machine"], s["stalls"]["taken"], s["stalls"]["work"],
                                    s["stalls"]["unexplained"]))
    out.write("  gaps over 10 us a second, both cores: in our workers %.1f, of bare spinning threads %.1f; longest %.0f and %.0f us\n"
              % (s["gaps_per_s"], s["bare_gaps_per_s"], s["longest_us"], s["bare_longest_us"]))


def goals_to_show(goals):
    """All but those that were measured near alone or far alone, at the other distance."""
    def stem(g):
        return g["text"].removesuffix(", near").removesuffix(", far")
    measured = {stem(g) for g in goals if g["met"] is not None}
    seen, out = set(), []
    for g in goals:
        if g["met"] is not None or (stem(g) not in measured and stem(g) not in seen):
            out.append(g)
        seen.add(stem(g))
    return out


def show_goals(goals, out):
    out.write("\ngoals\n  %-88s %9s %9s\n" % ("", "goal", "measured"))
    for g in goals_to_show(goals):
        sign = "<=" if g["at_most"] else ">="
        got = "%9.3g" % g["got"] if g["got"] is not None else "%9s" % "-"
        verdict = "not measured" if g["met"] is None else "met" if g["met"] else "MISSED"
        out.write("  %-88s %9s %s  %s%s\n" % (g["text"], "%s %g" % (sign, g["want"]), got, verdict,
                                              " (%s)" % g["note"] if g["note"] else ""))


def show(report, out):
    trips = [t for _, t in report["round_trips"] if t > 0]
    near = sum(t < 150 for t in trips)
    out.write("%d rounds, trials of %.0f s before them, %.0f s in all; %s, %d processors; load %.2f\n" % (
        report["rounds"], report["trials_seconds"], report["seconds"], report["machine"]["cpu"], report["machine"]["cpus"], report["load"][0]))
    if trips:
        out.write("round trip of a line: %d probes, median %.0f ns, %.0f to %.0f; %d near, %d far\n"
                  % (len(trips), median(trips), min(trips), max(trips), near, len(trips) - near))
    for cell in report["cells"]:
        if cell["programs"]:
            show_cell(cell, out)
    if report["steady"]:
        show_steady(report["steady"], out)
    show_goals(report["goals"], out)
    if report["missing"]:
        out.write("\nnot there\n")
        for who, why in report["missing"]:
            out.write("  %s: %s\n" % (who, why))

"""smoke_core.py BUILD: the core benchmark runs with tiny counts, and what it says is all
there. No time is judged, nor how near the cores were: this machine may be busy."""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

HERE = os.path.dirname(os.path.abspath(__file__))
CELLS = {
    "memcpy": 1, "a call by pointer": 1, "hop at 1 M/s": 3, "hop, closed loop": 3, "batches from core to core": 5,
    "chain of 4, one by one": 2, "chain of 16, batches": 4, "thalweg, chain of 16, batches of 512": 3,
    "chain of 16 at 100 k/s": 1, "8 stages, one by one": 1, "8 stages, batches": 1, "fan-out 1 to 4": 3,
    "fan-in 4 to 1": 3, "exchange 2 by 2": 3, "waiting for nothing": 3, "a record each ms": 5, "a record each 100 us": 3,
}


def look_at_results(report):
    for r in report["results"]:
        said, where = r["said"], (r["cell"], r["who"])
        assert said["seconds"] > 0 and said["records"] > 0, where
        assert r["distance"] in ("one core", "near", "far", "moved"), where
        if said["rate"] > 0:
            assert 0 <= said["p50"] <= said["p99"] <= said["p999"] <= said["p9999"] <= said["max"], where
        if said["scenario"] == "idle":
            assert 0 <= said["cores"] < 2.5, where


def look_at_steady(steady):
    assert len(steady["engine"]) == len(steady["bare"]) == 4
    for said in steady["engine"]:
        listed, n = said["stalls_listed"], said["stalls"]
        assert n["n"] >= sum(n[c] for c in ("taken", "machine", "work", "unexplained")), n
        assert len(listed) == min(n["n"], 1000)
        assert all(us >= 10 and rows >= 1 for _, us, rows, _ in listed)


def look(report, folder):
    programs = {c["name"]: {r["who"] for r in report["results"] if r["cell"] == c["name"]} for c in report["cells"]}
    for name, n in CELLS.items():
        assert len(programs[name]) == n, (name, programs[name])
    look_at_results(report)
    look_at_steady(report["steady"])
    assert report["missing"] == [], report["missing"]
    assert len(report["round_trips"]) > 30
    assert len(report["goals"]) > 30 and any(g["met"] is not None for g in report["goals"])
    chains = xml.parse(os.path.join(folder, "chain.svg"))
    assert len(chains.findall(".//{*}circle")) == 2 * 2 * 2  # ours and the floor, in each of two panels, of two lengths


def main(build):
    argv = [sys.executable, HERE + "/core", "--build", build, "--no-peers"]
    if len(os.sched_getaffinity(0)) < 2:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and "two processors are needed" in done.stderr, done
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        subprocess.run(argv + ["--quick", "--rounds", "1", "--times", "0.03", "--steady", "0.4", "--json", path, "--svg", folder],
                       check=True)
        with open(path, encoding="utf-8") as f:
            look(json.load(f), folder)


main(*sys.argv[1:])

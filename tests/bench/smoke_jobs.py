"""smoke_jobs.py THALWEG CACHE BYTES: the benchmark of whole jobs runs on a little input;
all outputs are right (else `run` fails), and what is installed took part."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = ("J1", "J2", "J3", "pass", "parse3", "parse11")


def look(report, plot):
    rows = {(r["job"], r["tool"]) for r in report["results"]}
    for job in JOBS:
        assert (job, "thalweg") in rows, job
    for tool in ("jq", "gawk", "mawk", "mlr"):
        assert ("J1", tool) in rows or not shutil.which(tool), tool
    for r in report["results"]:
        assert r["verified"] == (r["tool"] != "cat"), r
        assert len(r["wall_s"]) == 1 and r["wall_s"][0] > 0 and r["rss_kib"] > 0, r
    assert len(report["goals"]) >= 5 and all(g["met"] in (True, False) for g in report["goals"])
    assert len(report["noise"]) == 2
    assert len(plot.findall(".//{*}circle")) == len(report["results"])


def main(thalweg, cache, size):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        subprocess.run([sys.executable, HERE + "/run", "--thalweg", thalweg, "--cache", cache, "--bytes", size, "--slow-bytes",
                        "1MB", "--rounds", "1", "--no-install", "--scratch", folder, "--json", path, "--svg", folder], check=True)
        with open(path, encoding="utf-8") as f:
            look(json.load(f), xml.parse(os.path.join(folder, "jobs.svg")))


main(*sys.argv[1:])

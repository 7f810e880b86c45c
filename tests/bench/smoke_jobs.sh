#!/bin/sh
# smoke_jobs.sh THALWEG CACHE BYTES: the benchmark of whole jobs runs on a little input; all
# outputs are right (else `run` fails), and whatever is installed took part.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 "$here/run" --thalweg "$1" --cache "$2" --bytes "$3" --slow-bytes 1MB --rounds 1 --no-install --scratch "$tmp" \
	--json "$tmp/report.json" --svg "$tmp"
python3 - "$tmp/report.json" "$tmp/jobs.svg" <<'END'
import json, shutil, sys
import xml.etree.ElementTree as xml

report = json.load(open(sys.argv[1]))
rows = {(r["job"], r["tool"]) for r in report["results"]}
for job in "J1", "J2", "pass", "parse3", "parse11":
    assert (job, "thalweg") in rows, job
    for tool in ("jq", "gawk", "mawk") if job == "J1" else ():
        assert (job, tool) in rows or not shutil.which(tool), tool
for r in report["results"]:
    assert r["verified"] == (r["tool"] != "cat"), r
    assert len(r["wall_s"]) == 1 and r["wall_s"][0] > 0 and r["rss_kib"] > 0, r
assert all(g["met"] in (True, False) for g in report["goals"]) and len(report["goals"]) >= 5
assert len(report["noise"]) == 2
assert len(xml.parse(sys.argv[2]).findall(".//{*}circle")) == len(report["results"])
END

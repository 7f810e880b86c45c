#!/bin/sh
# smoke.sh N COMMAND...: the benchmark runs, and what it prints is JSON with N results,
# each with a positive time. Figures are not judged.
set -eu

want=$1
shift
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
"$@" >"$tmp"
python3 -c '
import json, sys

want, path = int(sys.argv[1]), sys.argv[2]
j = json.load(open(path))
assert j["rounds"] == 1, j["rounds"]
assert len(j["results"]) >= want, "%d results, not %d" % (len(j["results"]), want)
for r in j["results"]:
    t = r["ns_per_record"] if "ns_per_record" in r else r["wall_s"]
    assert 0 < t["min"] <= t["median"] <= t["max"], r
' "$want" "$tmp"

#!/bin/sh
# jobs.sh THALWEG TIMED [options]: a whole job, by the engine and by others: read events
# as NDJSON, keep those with level "error" and latency_ms over 200, write three members
# of each as NDJSON. Measured side by side, one after another in each round; all write
# to a file. What is not installed is passed over. See README.md.
set -eu
export LC_ALL=C

usage() {
	cat <<END
usage: sh jobs.sh THALWEG TIMED [options]
  THALWEG         the program; TIMED: bench_timed, built beside this test
  --lines N       events (1000000)
  --rounds N      rounds, each of every program once (5)
  --scratch DIR   where events are made, once, and kept (a new folder, removed at the end)
  --json          JSON instead of a table
  --help          this
END
}

here=$(cd "$(dirname "$0")" && pwd)
lines=1000000 rounds=5 scratch="" json=no thalweg="" timed=""
while [ $# -gt 0 ]; do
	case $1 in
	--lines) lines=$2 && shift ;;
	--rounds) rounds=$2 && shift ;;
	--scratch) scratch=$2 && shift ;;
	--json) json=yes ;;
	--help) usage && exit 0 ;;
	--*) usage >&2 && exit 2 ;;
	*) if [ -z "$thalweg" ]; then thalweg=$1; else timed=$1; fi ;;
	esac
	shift
done
[ -n "$timed" ] || { usage >&2 && exit 2; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[ -n "$scratch" ] || scratch=$tmp
mkdir -p "$scratch"

# Lines that are no JSON would stop jq and python; they are left out for all.
events=$scratch/events_$lines.ndjson
if [ ! -f "$events" ]; then
	awk -f "$here/../oracle/rand.awk" -f "$here/../oracle/make_events.awk" -v n="$lines" |
		grep '^{"ts":"2.*"}$' >"$events.part"
	mv "$events.part" "$events"
fi
bytes=$(wc -c <"$events")
cat "$events" >/dev/null # into the page cache

say() { echo "jobs.sh: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

names="thalweg-1 thalweg-2"
for peer in jq mawk gawk python3; do
	if has $peer; then names="$names $peer"; else say "$peer is not installed: passed over"; fi
done
if has python3; then # the program itself: what a wrapper does is not python's work
	python=$(python3 -c 'import sys; print(sys.executable)')
fi

filter='select(.level == "error" and .latency_ms > 200) | {ts, service, latency_ms}'
once() {
	set -- "$1" "$timed" "$tmp/$1.times"
	case $1 in
	thalweg-*) set -- "$@" "$thalweg" run --quiet --workers "${1#thalweg-}" --set input="$events" "$here/job.json" ;;
	jq) set -- "$@" jq -c "$filter" "$events" ;;
	mawk | gawk) set -- "$@" "$1" -f "$here/job.awk" "$events" ;;
	python3) set -- "$@" "$python" -B "$here/job.py" "$events" ;;
	esac
	out=$tmp/$1.out
	shift
	"$@" >"$out" || { say "this failed: $*" && exit 1; }
}

load() { cut -d ' ' -f 1 /proc/loadavg; }

load_before=$(load)
round=0
while [ $round -lt "$rounds" ]; do
	for name in $names; do
		once "$name"
	done
	round=$((round + 1))
done
load_after=$(load)

# Same values, whatever the spelling and the order: read again by one reader, sorted.
if has jq; then
	normal() { jq -cS . "$1" | sort; }
elif has python3; then
	normal() { "$python" -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"): print(json.dumps(json.loads(line), sort_keys=True))' "$1" | sort; }
fi
if has jq || has python3; then
	reference=python3
	has jq && reference=jq
	normal "$tmp/$reference.out" >"$tmp/want"
	for name in $names; do
		normal "$tmp/$name.out" >"$tmp/got"
		cmp "$tmp/got" "$tmp/want" >&2 || { say "$name wrote something else than $reference" && exit 1; }
	done
else
	say "neither jq nor python3 is installed: results are not compared"
fi
rows=$(wc -l <"$tmp/thalweg-1.out")

# name, rounds, then median, min, max of the wall, median CPU, greatest RSS
for name in $names; do
	sort -n "$tmp/$name.times" | awk -v name="$name" '
		function median(v, n) { return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2 }
		{ wall[NR] = $1; cpu[NR] = $2; if ($3 > rss) rss = $3 }
		END {
			for (i = 2; i <= NR; i++)
				for (k = i; k > 1 && cpu[k - 1] > cpu[k]; k--) { t = cpu[k]; cpu[k] = cpu[k - 1]; cpu[k - 1] = t }
			print name, median(wall, NR), wall[1], wall[NR], median(cpu, NR), rss
		}'
done >"$tmp/summary"

awk -v json=$json -v rounds="$rounds" -v lines="$(wc -l <"$events")" -v bytes="$bytes" -v rows="$rows" \
	-v before="$load_before" -v after="$load_after" '
	BEGIN {
		if (json == "yes")
			printf "{\"benchmark\":\"jobs\",\"rounds\":%d,\"lines\":%d,\"bytes\":%d,\"rows_out\":%d,\"load\":[%s,%s],\"results\":[", \
				rounds, lines, bytes, rows, before, after
		else
			printf "%d lines, %.1f MB, %d rows out; %d rounds; load %s before, %s after\n\n%-10s %8s %8s %8s %8s %8s %9s %8s\n", \
				lines, bytes / 1e6, rows, rounds, before, after, \
				"", "wall s", "min", "max", "MB/s", "CPU s", "MB/CPU s", "RSS MB"
	}
	{
		rate = bytes / 1e6 / $2
		per_cpu = $5 > 0 ? bytes / 1e6 / $5 : 0
		if (json == "yes")
			printf "%s\n{\"program\":\"%s\",\"wall_s\":{\"median\":%s,\"min\":%s,\"max\":%s},\"mb_per_s\":%.3f,\"cpu_s\":%s,\"mb_per_cpu_s\":%.3f,\"rss_kib\":%d}", \
				(NR > 1 ? "," : ""), $1, $2, $3, $4, rate, $5, per_cpu, $6
		else
			printf "%-10s %8.3f %8.3f %8.3f %8.1f %8.3f %9.1f %8.1f\n", $1, $2, $3, $4, rate, $5, per_cpu, $6 / 1024
	}
	END { if (json == "yes") print "\n]}" }' "$tmp/summary"

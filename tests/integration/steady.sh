#!/bin/sh
# steady.sh THALWEG COUNT_CALLS.so SCRATCH - in steady state a worker allocates nothing, locks nothing and makes no
# system call. Each graph runs with N and with 4 N rows: what a worker does must not depend on the number of rows.
# Spinning workers make no call at all then; adaptive ones none but those by which one that has nothing to do sleeps and
# is woken, and each sleep is one that the report owns up to.
set -eu
thalweg=$1 counter=$2 scratch=$3
rm -rf "$scratch"
mkdir -p "$scratch"
fail=0

cat > "$scratch/memory.json" <<'END'
{
  "thalweg": "1", "name": "steady",
  "vars": {"count": {"type": "int", "default": 1000}},
  "nodes": {
    "gen": {"op": "gen", "config": {"seed": 7, "count": "${count}", "fields": {
      "ts": {"type": "timestamp", "gen": "time", "start": "2026-01-01T00:00:00Z", "step": "1ms"},
      "key": {"type": "str", "gen": "hex", "n": 500, "length": 20},
      "v": {"type": "i64", "gen": "uniform", "min": 0, "max": 1000}}},
      "watermark": {"field": "ts"}},
    "expr": {"op": "expr", "config": {"where": "v < 900 and key like '%a%'", "set": {"k2": "concat(upper(key), '-tail')"}}},
    "window": {"op": "window", "config": {"time": "ts", "size": "10s", "by": ["k2"],
      "agg": {"n": "count()", "p99": "p99(v)", "last": "last(key)"}}},
    "null": {"op": "null_out"}
  },
  "edges": ["gen -> expr", "expr -> window", "window -> null"]
}
END

# Strings, a window, a fan-out, a route, rows that are gathered, a node that is parallel.
cat > "$scratch/shapes.json" <<'END'
{
  "thalweg": "1", "name": "steady-shapes",
  "vars": {"count": {"type": "int", "default": 1000}},
  "nodes": {
    "gen": {"op": "gen", "config": {"seed": 7, "count": "${count}", "fields": {
      "ts": {"type": "timestamp", "gen": "time", "start": "2026-01-01T00:00:00Z", "step": "1ms"},
      "key": {"type": "str", "gen": "hex", "n": 500, "length": 20},
      "v": {"type": "i64", "gen": "uniform", "min": 0, "max": 1000}}},
      "watermark": {"field": "ts"}},
    "expr": {"op": "expr", "config": {"set": {"k2": "concat(upper(key), '-tail')"}}},
    "window": {"op": "window", "config": {"time": "ts", "size": "10s", "by": ["k2"], "agg": {"n": "count()", "last": "last(key)"}}},
    "few": {"op": "expr", "config": {"where": "v < 30"}},
    "route": {"op": "route", "config": {"routes": {"low": "v < 300", "mid": "v < 600"}}},
    "many": {"op": "expr", "parallelism": 2, "config": {"set": {"k3": "concat(k2, '-', key)"}}},
    "z1": {"op": "null_out"}, "z2": {"op": "null_out"}, "z3": {"op": "null_out"}, "z4": {"op": "null_out"}
  },
  "edges": ["gen -> expr", "expr -> window", "window -> z1", "expr -> few", "few -> z2", "expr -> route", "route.low -> many", "many -> z3", "route.mid -> z4"]
}
END

cat > "$scratch/files.json" <<'END'
{
  "thalweg": "1", "name": "steady-files",
  "vars": {"input": {"type": "string"}, "output": {"type": "string"}},
  "nodes": {
    "in": {"op": "file_in", "config": {"path": "${input}"}},
    "json": {"op": "parse_json", "config": {"fields": {"id": "i64", "name": "str"}}},
    "expr": {"op": "expr", "config": {"where": "id % 10 < 5"}},
    "out": {"op": "file_out", "config": {"path": "${output}"}}
  },
  "edges": ["in -> json", "json -> expr", "expr -> out"]
}
END

# allocs GRAPH OPTIONS... : lines "NAME alloc=N lock=N" of the threads
allocs() {
	COUNT_CALLS="$scratch/calls" LD_PRELOAD="$counter" "$thalweg" run --quiet "$@"
	sort "$scratch/calls"
}

# syscalls GRAPH OPTIONS... : lines "NAME SYSCALL COUNT" of the threads, after they named themselves, workers as one.
# How they wait and wake is counted as "wait", "wake" and "woken". Ends with "parks COUNT", as the report has it.
syscalls() {
	strace -f -qq -o "$scratch/strace" "$thalweg" run --json "$@" > "$scratch/report"
	awk '
		/prctl\(PR_SET_NAME, "tw-/ { split($0, q, "\""); name[$1] = q[2]; sub(/-[0-9]+$/, "", name[$1]); next }
		# malloc trims the first arena of a thread on one side or both, as addresses happen to lie
		!($1 in name) || $2 ~ /^(\+\+\+|---|<\.\.\.|munmap)/ { next }
		{ split($2, c, "("); call = c[1] }
		name[$1] == "tw-worker" && (/FUTEX_WAIT/ || call == "epoll_wait") { call = "wait" }
		name[$1] == "tw-worker" && (/FUTEX_WAKE/ || call == "write") { call = "wake" }
		name[$1] == "tw-worker" && call == "read" { call = "woken" } # of the eventfd
		{ n[name[$1] " " call]++ }
		END { for (k in n) print k, n[k] }' "$scratch/strace" | sort
	python3 -c 'import json, sys; print("parks", sum(w["parks"] for w in json.load(sys.stdin)["workers"]))' < "$scratch/report"
}

count() { # of what, in a file of syscalls
	awk -v what="$2" 'index($0, what " ") == 1 { n += $NF } END { print n + 0 }' "$1"
}

same() { # what it is, a file, another file
	if cmp -s "$2" "$3"; then
		echo "ok: $1: $(tr '\n' ';' < "$2")"
	else
		echo "FAILED: $1 depends on the number of rows:"
		diff "$2" "$3" || true
		fail=1
	fi
}

# Calls that wait: each is a park of the report. Calls that wake: one for each, and for some that turned back at the
# door; the last worker to end wakes who waits for the graph.
sleeps() { # what it is, file of syscalls
	waits=$(count "$2" "tw-worker wait") wakes=$(count "$2" "tw-worker wake") parks=$(count "$2" parks)
	woken=$(count "$2" "tw-worker woken")
	if [ "$waits" = "$parks" ] && [ "$wakes" -le $((2 * parks + 4)) ] && [ "$woken" -le "$wakes" ]; then
		echo "ok: $1: $waits calls to sleep, $wakes to wake, for $parks parks"
	else
		echo "FAILED: $1: $waits calls to sleep, $wakes to wake, $woken to read of it, for $parks parks"
		fail=1
	fi
}

if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	traces=1
else
	traces=0
	echo "skipped: system calls are not counted, strace does not work here"
fi

steady() { # graph, wait, workers
	what="$1, $2, $3 workers"
	for n in 300000 1200000; do
		allocs --workers "$3" --wait "$2" --set count=$n "$scratch/$1.json" > "$scratch/allocs.$n"
		[ $traces = 0 ] || syscalls --workers "$3" --wait "$2" --set count=$n "$scratch/$1.json" > "$scratch/sys.$n"
	done
	same "allocations and locks, $what" "$scratch/allocs.300000" "$scratch/allocs.1200000"
	[ $traces = 1 ] || return 0
	# more workers than CPUs park, told to spin or not; a single one has nobody to wait for
	if [ "$3" = 1 ] || { [ "$2" = spin ] && [ "$(nproc)" -ge "$3" ]; }; then
		# the worker's last deed is to wake the main thread, if that sleeps just then
		for n in 300000 1200000; do
			grep -v '^tw-worker wake 1$' "$scratch/sys.$n" > "$scratch/own.$n"
		done
		same "system calls, $what" "$scratch/own.300000" "$scratch/own.1200000"
		return 0
	fi
	sleeps "$what" "$scratch/sys.1200000"
	for n in 300000 1200000; do
		grep -vE '^tw-worker (wait|wake|woken) |^parks ' "$scratch/sys.$n" > "$scratch/other.$n"
	done
	same "other system calls, $what" "$scratch/other.300000" "$scratch/other.1200000"
}

for graph in memory shapes; do
	for wait in spin adaptive; do
		for workers in 1 2; do
			steady $graph $wait $workers
		done
	done
done

for n in 100000 400000; do
	awk -v n=$n 'BEGIN { for (i = 0; i < n; i++) printf "{\"id\":%d,\"name\":\"a name that is long enough %d\"}\n", i, i }' \
		> "$scratch/in.$n"
	allocs --workers 1 --wait spin --set input="$scratch/in.$n" --set output="$scratch/out.$n" "$scratch/files.json" \
		> "$scratch/fallocs.$n"
done
same "allocations and locks, file to file" "$scratch/fallocs.100000" "$scratch/fallocs.400000"

# One call a block: io threads read and write 256 KiB at a time, and look at a file's
# first bytes once, for what kind it is.
if [ $traces = 1 ]; then
	syscalls --workers 1 --set input="$scratch/in.400000" --set output="$scratch/out" "$scratch/files.json" > "$scratch/fsys"
	blocks=$(($(wc -c < "$scratch/in.400000") / 262144 + 3))
	reads=$(awk '$1 == "tw-io" && $2 ~ /^p?read/ { n += $3 } END { print n + 0 }' "$scratch/fsys")
	if [ "$reads" -le "$blocks" ] && [ "$reads" -gt 0 ]; then
		echo "ok: $reads reads of $blocks blocks, on io threads"
	else
		echo "FAILED: $reads reads on io threads for $blocks blocks"
		fail=1
	fi
	if grep -E '^tw-worker (pread|pwrite|open|openat|fsync|rename)' "$scratch/fsys"; then
		echo "FAILED: file calls on a worker"
		fail=1
	fi
fi
rm -rf "$scratch"
exit $fail

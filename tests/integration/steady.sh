#!/bin/sh
# steady.sh THALWEG COUNT_CALLS.so SCRATCH - in steady state a worker allocates nothing, locks nothing and makes no
# system call. Each graph runs with N and with 4 N rows: what a worker does must not depend on the number of rows.
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

# syscalls GRAPH OPTIONS... : lines "NAME SYSCALL COUNT" of the threads, after they named themselves
syscalls() {
	strace -f -qq -o "$scratch/strace" "$thalweg" run --quiet "$@"
	awk '
		/prctl\(PR_SET_NAME, "tw-/ { split($0, q, "\""); name[$1] = q[2]; next }
		# malloc trims the first arena of a thread on one side or both, as addresses happen to lie
		$1 in name && $2 !~ /^(\+\+\+|---|<\.\.\.|munmap)/ { split($2, c, "("); n[name[$1] " " c[1]]++ }
		END { for (k in n) print k, n[k] }' "$scratch/strace" | sort
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

for workers in 1 2; do
	for n in 300000 1200000; do
		allocs --workers $workers --wait spin --set count=$n "$scratch/memory.json" > "$scratch/allocs.$n"
	done
	same "allocations and locks, gen to null, $workers workers" "$scratch/allocs.300000" "$scratch/allocs.1200000"
done

if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	for n in 300000 1200000; do
		syscalls --workers 1 --wait spin --set count=$n "$scratch/memory.json" > "$scratch/sys.$n"
	done
	same "system calls, gen to null" "$scratch/sys.300000" "$scratch/sys.1200000"
else
	echo "skipped: system calls are not counted, strace does not work here"
fi

for n in 100000 400000; do
	awk -v n=$n 'BEGIN { for (i = 0; i < n; i++) printf "{\"id\":%d,\"name\":\"a name that is long enough %d\"}\n", i, i }' \
		> "$scratch/in.$n"
	allocs --workers 1 --wait spin --set input="$scratch/in.$n" --set output="$scratch/out.$n" "$scratch/files.json" \
		> "$scratch/fallocs.$n"
done
same "allocations and locks, file to file" "$scratch/fallocs.100000" "$scratch/fallocs.400000"

# One call a block: io threads read and write 256 KiB at a time, and look at a file's
# first bytes once, for what kind it is.
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	syscalls --workers 1 --set input="$scratch/in.400000" --set output="$scratch/out" "$scratch/files.json" > "$scratch/fsys"
	blocks=$(($(wc -c < "$scratch/in.400000") / 262144 + 3))
	reads=$(awk '$1 == "tw-io" && $2 ~ /^p?read/ { n += $3 } END { print n + 0 }' "$scratch/fsys")
	if [ "$reads" -le "$blocks" ] && [ "$reads" -gt 0 ]; then
		echo "ok: $reads reads of $blocks blocks, on io threads"
	else
		echo "FAILED: $reads reads on io threads for $blocks blocks"
		fail=1
	fi
	if grep -E '^tw-worker-[0-9]+ (p?read|p?write|open|openat|fsync|rename)' "$scratch/fsys" | grep -v eventfd | grep -vE ' (read|write) '; then
		echo "FAILED: file calls on a worker"
		fail=1
	fi
fi
rm -rf "$scratch"
exit $fail

#!/bin/sh
# signals.sh THALWEG SCRATCH - SIGINT and SIGTERM drain: rows read come out, files are whole. Real processes.
thalweg=$1 scratch=$2 fail=0
rm -rf "$scratch"
mkdir -p "$scratch"

cat > "$scratch/g.json" <<'END'
{
  "thalweg": "1", "name": "signals",
  "vars": {"output": {"type": "string"}},
  "nodes": {
    "gen": {"op": "gen", "config": {"rate": 20000, "fields": {"n": {"type": "i64", "gen": "seq"}}}},
    "out": {"op": "file_out", "config": {"path": "${output}"}}
  },
  "edges": ["gen -> out"]
}
END

for signal in INT TERM; do
	for workers in 1 2; do
		"$thalweg" run --json --workers $workers --set output="$scratch/out" "$scratch/g.json" > "$scratch/report" 2> "$scratch/err" &
		pid=$!
		sleep 0.5
		kill -$signal $pid
		wait $pid
		code=$?
		rows=$(python3 -c 'import json,sys; print([n["rows_out"] for n in json.load(sys.stdin)["nodes"] if n["id"]=="gen"][0])' < "$scratch/report")
		lines=$(wc -l < "$scratch/out")
		last=$(tail -1 "$scratch/out")
		if [ $code != 0 ] || [ "$rows" != "$lines" ] || [ "$rows" -lt 1000 ] || [ "$last" != "{\"n\":$((rows - 1))}" ]; then
			echo "FAILED: SIG$signal, $workers workers: exit $code, $rows rows made, $lines lines written, last $last"
			cat "$scratch/err"
			fail=1
		fi
		rm -f "$scratch/out"
	done
done

# Twice: at once. The input is a pipe that nobody writes to, so that a drain alone would do as well; exit code tells.
"$thalweg" run --for 300ms --json --set output="$scratch/out" "$scratch/g.json" > "$scratch/report" 2>&1 || { echo "FAILED: --for"; fail=1; }
grep -q '"end":"drained"' "$scratch/report" || { echo "FAILED: --for did not drain"; cat "$scratch/report"; fail=1; }
rm -rf "$scratch"
exit $fail

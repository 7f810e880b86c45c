#!/bin/sh
# pinned.sh THALWEG SCRATCH - workers are pinned as placement says: read back from the kernel while a graph runs.
thalweg=$1 scratch=$2 fail=0
rm -rf "$scratch"
mkdir -p "$scratch"
cat > "$scratch/g.json" <<'END'
{
  "thalweg": "1", "name": "pinned",
  "nodes": {
    "gen": {"op": "gen", "config": {"rate": 1000, "fields": {"n": {"type": "i64", "gen": "seq"}}}},
    "null": {"op": "null_out"}
  },
  "edges": ["gen -> null"]
}
END
{
	printf '{"thalweg": "1", "name": "many", "nodes": {"gen": {"op": "gen", "config": {"rate": 1000, "fields": {"n": {"type": "i64", "gen": "seq"}}}}'
	for i in $(seq 1 $(($(nproc) + 3))); do printf ', "null%d": {"op": "null_out"}' "$i"; done
	printf '}, "edges": ['
	for i in $(seq 1 $(($(nproc) + 3))); do [ "$i" = 1 ] || printf ', '; printf '"gen -> null%d"' "$i"; done
	printf ']}\n'
} > "$scratch/many.json"
cpus=$(nproc)
workers=$([ "$cpus" -ge 2 ] && echo 2 || echo 1)
want=$("$thalweg" place --json --workers $workers "$scratch/g.json" |
	python3 -c 'import json,sys; p=json.load(sys.stdin); print(*sorted(w["cpu"] for w in p["workers"]))')
"$thalweg" run --quiet --workers $workers "$scratch/g.json" &
pid=$!
sleep 0.5
got=""
n=0
for task in /proc/$pid/task/*; do
	case $(cat "$task/comm") in
	tw-worker-*)
		n=$((n + 1))
		got="$got $(awk '/^Cpus_allowed_list/ { print $2 }' "$task/status")" ;;
	esac
done
kill -INT $pid
wait $pid
got=$(printf '%s\n' $got | sort -n | tr '\n' ' ' | sed 's/ $//')
if [ "$n" != "$workers" ] || [ "$got" != "$want" ]; then
	echo "FAILED: $n workers are on CPUs \"$got\", placement said \"$want\""
	fail=1
fi
echo "$n workers on CPUs $got"

# More workers than CPUs: told to spin, they park all the same, for spinning would steal the CPU from each other.
"$thalweg" run --json --wait spin --workers $((cpus + 3)) --for 300ms "$scratch/many.json" > "$scratch/report" 2> /dev/null
python3 -c 'import json,sys; w=json.load(sys.stdin)["workers"]; sys.exit(not all(x["parks"] > 0 for x in w))' < "$scratch/report" || {
	echo "FAILED: more spinning workers than CPUs"
	fail=1
}
rm -rf "$scratch"
exit $fail

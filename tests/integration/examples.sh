#!/bin/sh
# examples.sh THALWEG SOURCE SCRATCH - every graph of graphs/ and every plugin's example*.json is valid and runs to its
# end, in a copy of the tree's graphs; those that read standard input get the sample of events, or the example.csv that
# lies beside them. Graphs of graphs/ must do so without a warning.
set -u
thalweg=$1 source=$2 scratch=$3 fail=0 n=0
rm -rf "$scratch"
mkdir -p "$scratch/tree/build"
cp -r "$source/graphs" "$scratch/tree"
cd "$scratch/tree" || exit 1

failed() { # what
	fail=1
	echo "FAILED: $graph: $1"
	cat ../out ../err
}

for graph in graphs/*.json "$source"/plugins/*/example*.json; do
	[ "$graph" != graphs/graph.schema.json ] || continue
	n=$((n + 1))
	in=${graph%/*}/example.csv
	[ -f "$in" ] || in=graphs/data/events.ndjson
	"$thalweg" validate "$graph" > ../out 2> ../err || failed "is not valid"
	# one that has no end is drained
	timeout 60 "$thalweg" run --for 10s "$graph" < "$in" > ../out 2> ../err || failed "exit $?"
	grep -q "^[a-z_-]*: finished in\|^[a-z_-]*: drained" ../err ../out || failed "does not say how it ended"
	case $graph in
	graphs/*) ! grep -q "warning" ../err ../out || failed "warns" ;;
	esac
done

for f in quickstart.ndjson quickstart_bad.ndjson weblog_paths.ndjson weblog_statuses.ndjson weblog_bad.ndjson \
	sensors_averages.ndjson sensors_alarms.ndjson ticks_bars.csv ticks_bad.ndjson talkers.ndjson talkers_bad.ndjson \
	sessions.ndjson sessions_bad.ndjson; do
	[ -s build/$f ] && continue
	fail=1
	echo "FAILED: build/$f has nothing or is not there"
done
echo "$n graphs"
[ $n -gt 10 ] || fail=1
rm -rf "$scratch"
exit $fail

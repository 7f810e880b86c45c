#!/bin/sh
# check.sh THALWEG NAME [LINES]: runs graphs/NAME.json on its sample, or on that many
# lines made afresh, in several shapes (workers, waiting, queues of 2 and of 4096
# batches, two parsers where the graph allows them); each time what it writes must be
# what the oracle says, which is worked out once. The working directory is the tree's root.
set -eu

thalweg=$1 name=$2 lines=${3:-}
here=tests/oracle
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

case $name in
quickstart) data=events.ndjson outputs="output" bad=yes ;;
weblog) data=access.ndjson outputs="paths statuses" bad=yes ;;
sensors) data=readings.ndjson outputs="averages alarms" bad=no ;;
ticks) data=ticks.csv outputs="bars" bad=yes ;;
talkers) data=flows.log outputs="talkers" bad=yes ;;
sessions) data=clicks.ndjson outputs="sessions" bad=yes ;;
*)
	echo "check.sh: there is no oracle for \"$name\""
	exit 2
	;;
esac

graph=graphs/$name.json
input=graphs/data/$data
if [ -n "$lines" ]; then
	input=$tmp/$data
	LC_ALL=C awk -f $here/rand.awk -f $here/make_${data%.*}.awk -v n="$lines" -v seed=7 >"$input"
fi
python3 -B $here/$name.py "$input" "$tmp/want_bad" >"$tmp/want"
read -r want_bad <"$tmp/want_bad"
if [ $bad = no ] && [ "$want_bad" -ne 0 ]; then
	echo "$want_bad lines are bad, but $graph does not write them"
	exit 1
fi

run() {
	echo "run $name $*"
	sets=""
	files=""
	for o in $outputs; do
		rm -f "$tmp/$o.out"
		sets="$sets --set $o=$tmp/$o.out"
		files="$files $tmp/$o.out"
	done
	rm -f "$tmp/bad.ndjson"
	[ $bad = no ] || sets="$sets --set bad=$tmp/bad.ndjson"
	# the names of the temporary folder have no blanks
	"$thalweg" run --quiet --set input="$input" $sets "$@" "$graph"
	TW_WANT=$tmp/want sh $here/compare.sh "$name" "$input" $files
	[ $bad = yes ] || return 0
	got_bad=$(wc -l <"$tmp/bad.ndjson")
	[ "$got_bad" -eq "$want_bad" ] && return 0
	echo "$got_bad bad lines, but $want_bad are wanted"
	exit 1
}

run
run --workers 1 --slots 4096
run --workers 2 --slots 2
run --workers 5 --slots 2 --wait park
run --workers 5 --slots 4096
# a parser that takes names from the file is alone
grep -qE '"(parse_json"|header": \[)' "$graph" || exit 0
sed -E 's/"op": "parse_(json|csv)"/&, "parallelism": 2/' "$graph" >"$tmp/parallel.json"
graph=$tmp/parallel.json
run --workers 3

#!/bin/sh
# check.sh THALWEG NAME [LINES]: runs graphs/NAME.json on its sample, or on that many
# lines made afresh, in several shapes (workers, waiting, short queues); each time what
# it writes must be what the oracle says. The working directory is the tree's root.
set -eu

thalweg=$1 name=$2 lines=${3:-}
here=tests/oracle
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

case $name in
quickstart) kind=events outputs="output" ;;
weblog) kind=access outputs="paths statuses" ;;
sensors) kind=readings outputs="averages alarms" ;;
*)
	echo "check.sh: there is no oracle for \"$name\""
	exit 2
	;;
esac

input=graphs/data/$kind.ndjson
if [ -n "$lines" ]; then
	input=$tmp/input.ndjson
	LC_ALL=C awk -f $here/rand.awk -f $here/make_$kind.awk -v n="$lines" -v seed=7 >"$input"
fi

[ "$name" != quickstart ] || want_bad=$(python3 -B $here/quickstart.py --bad "$input")

run() {
	echo "run $name $*"
	sets=""
	files=""
	for o in $outputs; do
		rm -f "$tmp/$o.ndjson"
		sets="$sets --set $o=$tmp/$o.ndjson"
		files="$files $tmp/$o.ndjson"
	done
	[ "$name" != quickstart ] || sets="$sets --set bad=$tmp/bad.ndjson"
	# the names of the temporary folder have no blanks
	"$thalweg" run --quiet --set input="$input" $sets "$@" "graphs/$name.json"
	TW_WANT=$tmp/want sh $here/compare.sh "$name" "$input" $files
	if [ "$name" = quickstart ]; then
		bad=$(wc -l <"$tmp/bad.ndjson")
		[ "$bad" -eq "$want_bad" ] || {
			echo "$bad bad lines, but $want_bad are wanted"
			exit 1
		}
	fi
}

run
run --workers 1
run --workers 2 --slots 2
run --workers 1 --wait park --slots 4

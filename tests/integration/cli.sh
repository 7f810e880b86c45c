#!/bin/sh
# cli.sh THALWEG SOURCE SCRATCH - subcommands, their output and exit codes.
thalweg=$1 source=$2 scratch=$3 fail=0
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$source" || exit 1
graph=graphs/quickstart.json

expect() { # code, what, command...
	code=$1 what=$2
	shift 2
	"$@" > "$scratch/out" 2> "$scratch/err"
	got=$?
	[ "$got" = "$code" ] && return
	fail=1
	echo "FAILED: $what: exit $got, not $code: $*"
	cat "$scratch/out" "$scratch/err"
}

has() { # pattern, in out or err of the last command
	grep -q -e "$1" "$scratch/out" "$scratch/err" && return
	fail=1
	echo "FAILED: no \"$1\" in:"
	cat "$scratch/out" "$scratch/err"
}

silent() { # nothing on stderr
	[ -s "$scratch/err" ] || return
	fail=1
	echo "FAILED: $1 says on stderr:"
	cat "$scratch/err"
}

is_json() {
	python3 -m json.tool < "$scratch/out" > /dev/null 2> "$scratch/pyerr" && return
	fail=1
	echo "FAILED: not JSON: $1"
	head -5 "$scratch/out"
}

expect 2 "no command" "$thalweg"
expect 0 "help" "$thalweg" --help
has "Exit codes"
expect 2 "unknown command" "$thalweg" rum
has 'did you mean "run"'
for c in run bench validate graph place plugins inspect schema doctor version; do
	expect 0 "$c --help" "$thalweg" $c --help
	has "usage: thalweg $c"
	expect 2 "$c with a bad option" "$thalweg" $c --nonsense
done
expect 2 "no graph" "$thalweg" run
expect 2 "two graphs" "$thalweg" run a b
expect 6 "missing graph" "$thalweg" run "$scratch/none.json"
has "none.json"
expect 2 "bad workers" "$thalweg" run --workers 0 $graph
expect 2 "bad wait" "$thalweg" run --wait hurry $graph
expect 2 "bad set" "$thalweg" run --set input $graph
expect 2 "bad duration" "$thalweg" run --for soon $graph
expect 3 "undeclared variable" "$thalweg" validate --set inputt=x $graph
has 'did you mean "input"'
expect 0 "sound graph" "$thalweg" validate $graph
has "^ok: "
expect 0 "sound graph, JSON" "$thalweg" validate --json $graph
is_json validate
expect 3 "bad graph, JSON" "$thalweg" validate --json graphs/invalid/cycle/graph.json
is_json "validate of a bad graph"
expect 0 "mermaid" "$thalweg" graph $graph
has "flowchart"
expect 0 "dot" "$thalweg" graph --format dot --placement $graph
has "digraph"
if command -v dot > /dev/null; then
	expect 0 "svg" "$thalweg" graph -o "$scratch/g.svg" $graph
	grep -q "<svg" "$scratch/g.svg" || { fail=1; echo "FAILED: no SVG"; }
fi
expect 2 "bad format" "$thalweg" graph --format png $graph
expect 0 "place" "$thalweg" place --topology "synthetic:pack:2 l3:8 core:8 pu:2" $graph
has "parse"
expect 0 "place, JSON" "$thalweg" place --json $graph
is_json place
expect 3 "bad topology" "$thalweg" place --topology "synthetic:nonsense" $graph
expect 0 "plugins" "$thalweg" plugins
has "parse_json"
expect 0 "plugins, JSON" "$thalweg" plugins --json
is_json plugins
expect 0 "inspect an operator" "$thalweg" inspect window
has "late"
expect 0 "inspect, JSON" "$thalweg" inspect --json window
is_json inspect
expect 6 "inspect what is not there" "$thalweg" inspect windw
has 'did you mean "window"'
expect 6 "inspect a missing file" "$thalweg" inspect ./none.so
cp LICENSE "$scratch/text.so"
expect 4 "inspect a text file" "$thalweg" inspect "$scratch/text.so"
has "no ELF file"
expect 4 "plugins with a broken one" "$thalweg" plugins --plugins "$scratch"
has "text.so"
expect 0 "schema" "$thalweg" schema
is_json schema
has "parse_json"
expect 0 "doctor, JSON" "$thalweg" doctor --json
is_json doctor
expect 0 "version" "$thalweg" version
has "plugin ABI 1"
expect 0 "version, JSON" "$thalweg" --version --json
is_json version
expect 0 "run" "$thalweg" run --set bad="$scratch/bad.ndjson" --set output="$scratch/out.ndjson" $graph
has "finished in"
has "^memory: [0-9.]* MiB (pools [0-9.]*, rings [0-9.]*)$"
expect 0 "run, JSON" "$thalweg" run --json --set bad="$scratch/bad.ndjson" --set output="$scratch/out.ndjson" $graph
is_json run
has '"memory":{"pools":[0-9]*,"rings":[0-9]*,"total":[0-9]*}'
silent "run, JSON"
expect 0 "run, quiet" "$thalweg" run --quiet --set bad="$scratch/bad.ndjson" --set output="$scratch/out.ndjson" $graph
silent "run, quiet"
[ -s "$scratch/out.ndjson" ] || { fail=1; echo "FAILED: no output file"; }
expect 1 "missing input" "$thalweg" run --set input="$scratch/none" --set bad="$scratch/bad.ndjson" --set output="$scratch/x" $graph
has "none"
[ -e "$scratch/x" ] && { fail=1; echo "FAILED: a failed run left an output file"; }
expect 1 "output in a missing folder" "$thalweg" run --set bad="$scratch/bad.ndjson" --set output="$scratch/no/where" $graph
has "no/where"
rm -rf "$scratch"
exit $fail

#!/bin/sh
# The tree: only the known folders at its top, no path of anyone's machine, and in
# our text files no blanks at line ends, tabs (not blanks) to indent C and shell, a
# newline at the end, UTF-8.
. "$(dirname "$0")/lint.sh"

known=" engine sdk plugins graphs tests .ci "

# Composed, so that this file does not find itself.
w=work t=tmp h=home
machine="(^|[^a-zA-Z0-9_.])/($w|$t/(b|build)|$h/[a-z]+|root)/"

folders() {
	find . -mindepth 1 -maxdepth 1 -type d ! -name .git ! -name 'build*' | sed 's|^\./||' | while read -r d; do
		case $known in
		*" $d "*) ;;
		*) echo "$d: not a folder of this tree; known are:$known" ;;
		esac
	done
}

# Text files whose name fits the expression.
texts() {
	find . -type f ! -path './.git/*' ! -path './build*' | sed 's|^\./||' | grep -E "$1" | LC_ALL=C sort |
		grep -vE "$samples" | xargs -d '\n' grep -lI . /dev/null
}

# note WHAT: "file:12:text" of standard input becomes "file:12: WHAT"
note() {
	sed "s|^\([^:]*:[0-9]*\):.*|\1: $1|"
}

# What has to be as it is: input data, broken graphs, the licence's text.
samples='^graphs/(data|invalid)/|/corpus/|^LICENSE$'
ours='\.(c|h|sh|awk|py|cmake|txt|json|md)$|^\.ci/run$'

contents() {
	texts . | xargs -d '\n' grep -nE "$machine" /dev/null | note "a path of someone's machine"
	texts "$ours" | xargs -d '\n' grep -nE '[ 	]+$' /dev/null | note "blanks at the end of the line"
	texts '\.(c|h|sh|awk)$|^\.ci/run$' | xargs -d '\n' grep -nE '^ {8}' /dev/null | note "indented with blanks, not tabs"
	texts "$ours" | while read -r f; do
		[ -z "$(tail -c 1 "$f")" ] || echo "$f: no newline at its end"
	done
	texts "$ours" | xargs -d '\n' env LC_ALL=C.UTF-8 grep -laxv '.*' /dev/null | sed 's/$/: is not UTF-8/'
}

{ folders && contents; } | verdict

#!/bin/sh
# The tree: only the known folders at its top, no path of anyone's machine, and in
# our text files no blanks at line ends, tabs (not blanks) to indent C and shell, a
# newline at the end, UTF-8.
. "$(dirname "$0")/lint.sh"

known=" engine sdk plugins graphs tests docs packaging .ci .github "

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

texts() {
	find . -type f ! -path './.git/*' ! -path './build*' | sed 's|^\./||' | LC_ALL=C sort | while read -r f; do
		LC_ALL=C grep -qI . "$f" && echo "$f"
	done
}

# note FILE WHAT: lines "12:..." of standard input become "FILE:12: WHAT"
note() {
	sed "s|^\([0-9]*\):.*|$1:\1: $2|"
}

contents() {
	texts | while read -r f; do
		grep -nE "$machine" "$f" | note "$f" "a path of someone's machine"
		case $f in
		graphs/data/* | graphs/invalid/* | */corpus/* | LICENSE) continue ;;
		*.c | *.h | *.sh | *.awk | *.py | *.cmake | *.txt | *.json | *.md | .ci/run)
			grep -nE '[ 	]+$' "$f" | note "$f" "blanks at the end of the line"
			[ -z "$(tail -c 1 "$f")" ] || echo "$f: no newline at its end"
			iconv -f UTF-8 -t UTF-8 "$f" >/dev/null 2>&1 || echo "$f: is not UTF-8"
			;;
		esac
		case $f in
		*.c | *.h | *.sh | *.awk | .ci/run)
			grep -nE '^ {8}' "$f" | note "$f" "indented with blanks, not tabs"
			;;
		esac
	done
}

{ folders && contents; } | verdict

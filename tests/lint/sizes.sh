#!/bin/sh
# Functions of at most 80 lines, 95 of 100 of them at most 50, with at most 7
# parameters; files of at most 600 lines, of tests 800 (a list of cases may be long),
# headers of the SDK at most 170, those of kernels (one function per level) 600.
# Exceptions are listed here by name, each with its reason.
. "$(dirname "$0")/lint.sh"

# a function or a file, then why
exceptions='
sdk/include/thalweg/host.h  one table of calls, most of it their contracts; fixed by the ABI
'
excepted() {
	echo "$exceptions" | grep -q "^$1 "
}

command -v ctags >/dev/null || {
	echo "universal-ctags is missing: apt-get install universal-ctags"
	exit 1
}
out=$(mktemp)
trap 'rm -f "$out" "$out.f"' EXIT

sources | while read -r f; do
	n=$(wc -l <"$f")
	max=600
	case $f in
	sdk/include/thalweg/simd/* | sdk/include/thalweg/text/*) ;; # code, not contracts
	sdk/include/*) max=170 ;;
	*/test_*.c) max=800 ;;
	esac
	[ "$n" -le "$max" ] || excepted "$f" || echo "$f: $n lines, at most $max"
done >"$out"

sources | ctags -L - --languages=C --langmap=C:.c.h --kinds-C=f --fields=+neS -f - 2>/dev/null |
	awk -F '\t' '{
		line = end = params = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) line = substr($i, 6)
			if ($i ~ /^end:/) end = substr($i, 5)
			if ($i ~ /^signature:/) params = gsub(/,/, ",", $i) + 1
		}
		if (end) print end - line + 1, params, $1, $2 ":" line
	}' >"$out.f"
if [ ! -s "$out.f" ]; then
	echo "ctags found no function: is it universal-ctags?" >>"$out"
fi

while read -r lines params name where; do
	excepted "$name" && continue
	[ "$lines" -le 80 ] || echo "$where: function $name has $lines lines, at most 80"
	[ "$params" -le 7 ] || echo "$where: function $name has $params parameters, at most 7"
done <"$out.f" >>"$out"

sort -n "$out.f" | awk '{ a[NR] = $1 } END {
	p = a[int(NR * 0.95)]
	if (p > 50) print "the 95th percentile of function lengths is " p ", at most 50"
}' >>"$out"
verdict <"$out"

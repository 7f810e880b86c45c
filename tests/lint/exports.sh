#!/bin/sh
# exports.sh DIR: each plugin in DIR exports tw_plugin and nothing else, and has no
# writable static data.
#
# Judged by size of the sections that stay writable after relocation: .data holds one
# pointer that the compiler's start files put there (__dso_handle, 8 bytes), .bss one
# flag of theirs (completed.0, padded to 8). More is the plugin's own. Constant tables
# with pointers lie in .data.rel.ro, which is read-only once relocated. No object
# symbol of .data or .bss may bear another name either.
. "$(dirname "$0")/lint.sh"

dir=$1
[ -n "$(ls "$dir"/*.so 2>/dev/null)" ] || {
	echo "no plugin in $dir: build first"
	exit 1
}

for so in "$dir"/*.so; do
	name=$(basename "$so")
	symbols=$(nm -D --defined-only "$so" | awk '{ print $3 }' | tr '\n' ' ')
	[ "$symbols" = "tw_plugin " ] || echo "$name: exports $symbols, not tw_plugin alone"
	size -A "$so" | awk -v name="$name" '
		($1 == ".data" || $1 == ".bss" || $1 == ".tdata" || $1 == ".tbss") && $2 > 8 {
			print name ": " $2 " bytes in " $1 ": writable static data"
		}'
	nm --defined-only "$so" | awk -v name="$name" '
		$2 ~ /^[bBD]$/ || ($2 == "d" && $3 !~ /^_(DYNAMIC|GLOBAL_OFFSET_TABLE_)$/) {
			if ($3 !~ /^(__dso_handle|__TMC_END__|completed\.0)$/) found[$3] = $2
		}
		END { for (s in found) print name " " s }' | while read -r n s; do
		# d is also the type of .data.rel.ro: ask where the object lies
		section=$(objdump -t "$so" | awk -v s="$s" '$NF == s { for (i = 1; i <= NF; i++) if ($i ~ /^\./) print $i }')
		case $section in
		.data | .bss | .tdata | .tbss) echo "$n: $s in $section: writable static data" ;;
		esac
	done
done | verdict

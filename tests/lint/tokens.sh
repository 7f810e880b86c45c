#!/bin/sh
# Words that our C does not use: volatile (an _Atomic says what is meant), and goto
# or return hidden in a macro.
. "$(dirname "$0")/lint.sh"

for f in $(sources); do
	awk -v file="$f" '
	# Comments and strings out; a comment may go over lines.
	{
		line = $0
		gsub(/\\"/, "", line)
		gsub(/"[^"]*"/, "\"\"", line)
		if (comment) {
			if (!match(line, /\*\//))
				next
			line = substr(line, RSTART + 2)
			comment = 0
		}
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
		if (match(line, /\/\*/)) {
			line = substr(line, 1, RSTART - 1)
			comment = 1
		}
		sub(/\/\/.*/, "", line)
	}
	# asm needs __volatile__, which is another word
	line ~ /(^|[^_a-zA-Z0-9])volatile([^_a-zA-Z0-9]|$)/ { print file ":" FNR ": volatile" }
	line ~ /^[ \t]*#[ \t]*define/ { macro = 1 }
	macro && line ~ /(^|[^_a-zA-Z0-9])goto([^_a-zA-Z0-9]|$)/ { print file ":" FNR ": goto in a macro" }
	macro && line ~ /(^|[^_a-zA-Z0-9])return([^_a-zA-Z0-9]|$)/ { print file ":" FNR ": return in a macro" }
	line !~ /\\$/ { macro = 0 }
	' "$f"
done | verdict

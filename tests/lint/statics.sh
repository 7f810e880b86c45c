#!/bin/sh
# statics.sh THALWEG: the program has no writable static data. Exceptions are listed
# here by name, each with its reason.
#
# Judged on the linked program, for only there does link-time optimisation show what
# is left: objects in .data, .bss and their thread-local twins. Constant tables with
# pointers lie in .data.rel.ro, which is read-only once relocated.
. "$(dirname "$0")/lint.sh"

exceptions='
completed.0   of the compiler'"'"'s start files
__dso_handle  likewise
__TMC_END__   likewise
tw_role       of each thread its own: which role it has, checked at calls
'

objdump -t "$1" | awk '
	{
		# thread-local objects have no O; names with @ are copies of those of libc
		for (i = 2; i < NF; i++)
			if ((($i == ".data" || $i == ".bss") && $(i - 1) == "O") || ($i ~ /^\.t(data|bss)$/ && $NF != $i))
				if ($NF !~ /@/)
					print $NF, $i
	}' | LC_ALL=C sort -u | while read -r symbol section; do
	echo "$exceptions" | grep -q "^${symbol%.lto_priv*} " && continue
	echo "$symbol in $section: writable static data"
done | verdict

#!/bin/sh
# Some headers belong to one place: who else needs what is behind them asks there.
. "$(dirname "$0")/lint.sh"

# header, then an extended regular expression of the files that may include it
table='
hwloc.h       ^engine/place/topo\.c$
dlfcn.h       ^engine/plugin/loader\.c$|^tests/integration/count_calls\.c$|^tests/
jansson.h     ^engine/base/json[a-z_]*\.[ch]$|^engine/graph/|^sdk/testing/
threads.h     ^engine/run/|^tests/
pthread.h     ^engine/run/|^engine/cli/(doctor_hop|bench_noise)\.c$|^tests/
microhttpd.h  ^engine/control/
sched.h       ^engine/(run|place)/|^engine/cli/doctor|^tests/
sys/epoll.h   ^engine/run/|^tests/
'

echo "$table" | while read -r header allowed; do
	[ -n "$header" ] || continue
	sources | grep -Ev "$allowed|^plugins/[^/]*/test/" |
		xargs grep -nE "^[ 	]*#[ 	]*include[ 	]*[<\"]$header[>\"]" /dev/null |
		sed "s|^\([^:]*:[0-9]*\):.*|\1: <$header> is not for this file|"
done | verdict

#!/bin/sh
# headers.sh CC: each header compiles alone, and when it is included twice; those of
# the SDK in C11 and in C++17, those of the engine in C11.
. "$(dirname "$0")/lint.sh"

cc=${1:-cc}
flags="-Wall -Wextra -Werror -fsyntax-only"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if command -v g++ >/dev/null; then
	cxx=g++
elif command -v clang++-14 >/dev/null; then
	cxx=clang++-14
else
	echo "no C++ compiler: apt-get install g++"
	exit 1
fi

twice() {
	printf '#include <%s>\n#include <%s>\nextern int nothing;\n' "$1" "$1"
}

check() {
	header=$1
	shift
	"$@" >"$tmp/log" 2>&1 || {
		echo "$header: does not compile alone with: $*"
		head -5 "$tmp/log"
	}
}

{
	find sdk/include sdk/testing -name '*.h' -not -path '*/test/*' | LC_ALL=C sort | while read -r f; do
		name=${f#sdk/include/}
		name=${name#sdk/testing/}
		[ "$name" = fake.h ] && continue # private, and needs jansson
		twice "$name" >"$tmp/a.c"
		cp "$tmp/a.c" "$tmp/a.cc"
		check "$f" "$cc" -std=c11 -Wpedantic $flags -Isdk/include -Isdk/testing "$tmp/a.c"
		check "$f" "$cxx" -std=c++17 $flags -Isdk/include -Isdk/testing "$tmp/a.cc"
	done
	find engine -name '*.h' | LC_ALL=C sort | while read -r f; do
		twice "${f#engine/}" >"$tmp/a.c"
		check "$f" "$cc" -std=c11 -Wpedantic -D_GNU_SOURCE $flags -Isdk/include -Iengine "$tmp/a.c"
	done
} | verdict

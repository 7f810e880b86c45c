#!/bin/sh
# run.sh [--full]: all tests. Installs what they need (Debian packages), builds and runs
# them plainly, under ASan and UBSan, and under TSan, compiles everything with clang,
# and fuzzes. The last line is "N passed, N failed", over all runs; ends with 1 if any
# failed. --full also runs the oracles on a million lines.
set -u

cd "$(dirname "$0")/.." || exit 1
limit=1400 # seconds for everything

if [ "${TW_RUN_BOUNDED:-}" != 1 ]; then
	TW_RUN_BOUNDED=1 timeout --foreground -k 10 $limit sh tests/run.sh "$@"
	code=$?
	[ $code -ne 124 ] || echo "0 passed, 1 failed (not done after $limit s)"
	exit $code
fi

full=0
case ${1:-} in
--full) full=1 ;;
"") ;;
*)
	echo "usage: sh tests/run.sh [--full]"
	exit 2
	;;
esac

install() {
	missing=""
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	echo "installing:$missing"
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	DEBIAN_FRONTEND=noninteractive
	export DEBIAN_FRONTEND
	$sudo apt-get update -qq && $sudo apt-get install -qq -y --no-install-recommends $missing >/dev/null
}

passed=0 failed=0

# step LOG COMMAND...: one more that passed or failed; its output only if it failed.
step() {
	log=$1
	shift
	if "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		return 0
	fi
	failed=$((failed + 1))
	echo "FAILED: $*"
	tail -30 "$log"
	return 1
}

build() {
	echo "== $1: build"
	mkdir -p build
	{ cmake --preset "$1" && nice cmake --build --preset "$1" -j2; } >"build/$1.log" 2>&1 && return 0
	failed=$((failed + 1))
	echo "FAILED: the build of preset $1"
	grep -E '(error|warning|undefined reference)[: ]|^FAILED|CMake Error' "build/$1.log" | head -20
	return 1
}

# tests PRESET [CTEST OPTIONS]: builds, runs, adds up what ctest says.
tests() {
	preset=$1
	shift
	build "$preset" || return
	echo "== $preset: test"
	ctest --test-dir "build/$preset" -j2 --output-on-failure --timeout 300 --no-tests=error "$@" >"build/$preset.ctest" 2>&1
	ends=$?
	# "95% tests passed, 1 tests failed out of 20"
	counts=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1 \2/p' "build/$preset.ctest")
	if [ -z "$counts" ]; then
		failed=$((failed + 1))
		tail -20 "build/$preset.ctest"
		return
	fi
	bad=${counts% *} all=${counts#* }
	failed=$((failed + bad))
	passed=$((passed + all - bad))
	[ $ends -eq 0 ] || grep -vE '^ *[0-9]+/[0-9]+ Test.* Passed|^ +Start ' "build/$preset.ctest" | tail -80
}

# fuzz TARGET CORPUS: a minute of new input; what breaks it is kept in build/.
fuzz() {
	echo "== fuzz $1: a minute"
	mkdir -p "build/fuzz/$1"
	step "build/fuzz_$1.log" "build/clang/tests/fuzz/fuzz_$1" -max_total_time=60 -max_len=600 -artifact_prefix=build/ \
		-dict="tests/fuzz/$2.dict" "build/fuzz/$1" "tests/fuzz/$2"
}

install gcc g++ clang-14 libclang-rt-14-dev cmake ninja-build pkg-config libjansson-dev libhwloc-dev zlib1g-dev libzstd-dev libcriterion-dev universal-ctags spin \
	binutils python3 strace graphviz libck-dev || exit 1

tests test
# Lints and what is built from the installed SDK do not change with the sanitizer.
tests asan -E '^(lint|integration_install)'
# pure or of one thread alone: nothing for it to see
tests tsan -E '^(lint|integration_install|unit_place_partition|unit_state_|plugin_expr_(random|errors|route)|sdk_)'
if build clang; then
	passed=$((passed + 1))
	fuzz parse_json json
fi
if [ $full = 1 ]; then
	for name in quickstart weblog sensors ticks talkers sessions; do
		echo "== $name: a million lines"
		step "build/oracle_$name.log" sh tests/oracle/check.sh build/test/thalweg $name 1000000
	done
fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]

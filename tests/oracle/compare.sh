#!/bin/sh
# compare.sh NAME INPUT GOT...: what graph NAME wrote (all its files, in any order)
# against what NAME.py here works out from INPUT by itself. TW_WANT names a file to keep
# that in, for the next comparison with the same input.
set -eu

here=$(dirname "$0")
name=$1 input=$2
shift 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

case $name in
quickstart) near="p50 p99" ;;
weblog) near="p95_ms" ;;
*) near="" ;;
esac

cat "$@" >"$tmp/got"
want=${TW_WANT:-$tmp/want}
[ -s "$want" ] || python3 -B "$here/$name.py" "$input" >"$want"
python3 -B "$here/compare.py" "$tmp/got" "$want" $near

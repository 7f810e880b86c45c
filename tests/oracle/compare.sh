#!/bin/sh
# compare.sh NAME INPUT GOT...: what graph NAME wrote (all its files, in any order)
# against what NAME.py here works out from INPUT by itself.
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
PYTHONDONTWRITEBYTECODE=1 python3 "$here/$name.py" "$input" >"$tmp/want"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/compare.py" "$tmp/got" "$tmp/want" $near

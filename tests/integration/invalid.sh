#!/bin/sh
# invalid.sh THALWEG GRAPHS - every bad graph under GRAPHS/invalid is refused by the program with exactly the words in
# its `error`, and exit code 3. TW_BLESS=1 writes them anew.
thalweg=$1 fail=0 n=0
cd "$2/invalid" || exit 1
for case in */; do
	got=$(cd "$case" && "$thalweg" validate graph.json 2>&1 >/dev/null; echo "exit $?")
	want=$(cat "$case/error"; echo "exit 3")
	[ -n "${TW_BLESS:-}" ] && (cd "$case" && "$thalweg" validate graph.json 2>error >/dev/null)
	n=$((n + 1))
	[ "$got" = "$want" ] && continue
	fail=1
	printf 'FAILED: %s\n--- wanted\n%s\n--- got\n%s\n' "$case" "$want" "$got"
done
echo "$n bad graphs"
exit $fail

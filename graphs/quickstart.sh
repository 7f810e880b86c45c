#!/bin/sh
# quickstart.sh: from a fresh clone to a running graph. Installs what is missing
# (Debian packages), builds, runs graphs/quickstart.json on its sample and shows what
# came out. An argument is another input file.
set -eu

cd "$(dirname "$0")/.."
input=${1:-graphs/data/events.ndjson}
output=build/quickstart.ndjson
bad=build/quickstart_bad.ndjson

missing=""
for p in gcc cmake ninja-build pkg-config libjansson-dev libhwloc-dev zlib1g-dev libzstd-dev; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
if [ -n "$missing" ]; then
	echo "Installing:$missing"
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	export DEBIAN_FRONTEND=noninteractive
	$sudo apt-get update -qq
	$sudo apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi

echo "Building ..."
mkdir -p build
{ cmake --preset release && cmake --build --preset release; } >build/quickstart.log 2>&1 || {
	tail -20 build/quickstart.log
	echo "The build failed; all of its output is in build/quickstart.log."
	exit 1
}

echo "Running graphs/quickstart.json on $input ..."
echo
build/release/thalweg run --set input="$input" --set output="$output" --set bad="$bad" graphs/quickstart.json

echo
echo "Requests of each service in windows of 10 s, from $output:"
echo
# A table of the first lines; the file is one JSON object a line.
head -12 "$output" | awk '
	function value(name) {
		if (!match($0, "\"" name "\":(\"[^\"]*\"|[^,}]*)"))
			return "-"
		v = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
		gsub(/"/, "", v)
		return v
	}
	BEGIN {
		n = split("window_start service count errors slow error_rate p50 p99 max avg", name, " ")
		printf "%-22s %-12s", "window", "service"
		for (i = 3; i <= n; i++)
			printf " %10s", name[i]
		printf "\n"
	}
	{
		printf "%-22s %-12s", value("window_start"), value("service")
		for (i = 3; i <= n; i++) {
			v = value(name[i])
			printf(name[i] == "error_rate" ? " %10.3f" : i >= 7 && v ~ /[0-9]/ ? " %10.1f" : " %10s", v)
		}
		printf "\n"
	}'
echo "... $(wc -l <"$output") lines in all"
if [ -s "$bad" ]; then
	echo
	echo "$(wc -l <"$bad") lines were no events and went to $bad, the first of them:"
	head -1 "$bad"
fi

#!/bin/sh
# An include may point down the table of rooms only. The table is the one that the
# architecture gives; a room that is not in it has no right to include any other.
. "$(dirname "$0")/lint.sh"

for f in $(sources); do
	awk -v file="$f" '
	function room(path, part) {
		split(path, part, "/")
		if (part[1] == "engine")
			return part[3] == "" ? "main" : part[2]
		return part[1]
	}
	BEGIN {
		may["main"] = "cli control base"
		may["cli"] = "cli control graph place plugin base sdk" # commands that only look ask the room itself
		may["control"] = "control run graph place plugin state base sdk"
		may["run"] = "run state plugin place graph mem base sdk"
		may["state"] = "state mem base sdk"
		may["plugin"] = "plugin graph mem base sdk" # binding a graph lays out its memory; both lie below
		may["place"] = "place graph base"
		may["graph"] = "graph base sdk"
		may["mem"] = "mem base sdk"
		may["base"] = "base"
		rooms = " main cli control run state plugin place graph mem base "
		here = room(file)
	}
	/^[ \t]*#[ \t]*include/ {
		if (!match($0, /[<"][^>"]*[>"]/))
			next
		name = substr($0, RSTART + 1, RLENGTH - 2)
		slash = index(name, "/")
		to = slash ? substr(name, 1, slash - 1) : ""
		if (to == "thalweg")
			to = "sdk"
		else if (to == "" || index(rooms, " " to " ") == 0)
			to = ""
		if (here == "sdk" || here == "plugins") {
			if (to != "" && to != "sdk")
				printf "%s:%d: %s includes %s of the engine\n", file, FNR, here, name
			next
		}
		if (here == "tests" || to == "")
			next
		if (index(" " may[here] " ", " " to " ") == 0)
			printf "%s:%d: engine/%s may not include <%s>\n", file, FNR, here, name
	}' "$f"
done | verdict

"""talkers.py INPUT [BAD]: what graphs/talkers.json must write for INPUT; and into the file BAD
how many lines are no flows."""

import sys

import rows

SIZE = 10 * 10**9
FLOOR = 100000
NAMES = ["window_start", "window_end", "src", "flows", "peers", "bytes", "mbit_s"]

sys.stdout.reconfigure(encoding="utf-8", newline="\n")
groups, bad = {}, 0
with open(sys.argv[1], encoding="utf-8", newline="\n") as f:
    for line in f:
        fields = line.rstrip("\n").split(" ")
        ts = rows.parse_time(fields[0]) if len(fields) == 9 else None
        if ts is None or not fields[7].isdigit():
            bad += 1
        elif fields[8] == "accept":
            groups.setdefault(rows.windows_of(ts, SIZE) + (fields[1],), []).append((fields[2], int(fields[7])))

for (start, end, src), of in groups.items():
    total = sum(n for _, n in of)
    if total >= FLOOR:
        rows.write(NAMES, {
            "window_start": rows.format_time(start), "window_end": rows.format_time(end), "src": src, "flows": len(of),
            "peers": len(set(dst for dst, _ in of)), "bytes": total, "mbit_s": total * 8 / 10 / 1e6,
        })
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="ascii") as f:
        print(bad, file=f)

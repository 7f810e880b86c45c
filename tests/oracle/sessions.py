"""sessions.py INPUT [BAD]: what graphs/sessions.json must write for INPUT; and into the file BAD
how many lines are no clicks."""

import sys

import rows

GAP = 30 * 10**9
NAMES = ["window_start", "seconds", "user", "clicks", "entry", "exit", "pages"]

sys.stdout.reconfigure(encoding="utf-8", newline="\n")
clicks = {}
for i, (ts, r) in enumerate(rows.timed("at")):
    user = (r.get("user") or {}).get("id")
    if user is not None:
        # of equal times the click that stands first in the file is the first
        clicks.setdefault(user, []).append((ts, i, r.get("page")))


def write(user, of):
    pages = [page for _, _, page in of if page is not None]
    rows.write(NAMES, {
        "window_start": rows.format_time(of[0][0]), "seconds": (of[-1][0] - of[0][0]) / 1e9, "user": user,
        "clicks": len(of), "entry": pages[0] if pages else None, "exit": pages[-1] if pages else None, "pages": len(set(pages)),
    })


for user, of in clicks.items():
    of.sort()
    begin = 0
    for i in range(1, len(of)):
        if of[i][0] - of[i - 1][0] >= GAP:
            write(user, of[begin:i])
            begin = i
    write(user, of[begin:])

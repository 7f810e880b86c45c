"""weblog.py INPUT [BAD]: what graphs/weblog.json must write for INPUT, quantiles exact; and into
the file BAD how many lines are no requests.

Two files go into one stream here; each line says by its members which it is of."""

import sys

import rows

SIZE = 60 * 10**9
PATHS = ["window_start", "window_end", "page", "hits", "failed", "bytes", "p95_ms", "error_rate"]
STATUS = ["window_start", "window_end", "status", "hits", "bytes", "slowest_ms"]


def page_of(path):
    if path is None:
        return None
    if path.startswith("/search?"):
        return "/search"
    return "/a/*" if path.startswith("/a/") else path


sys.stdout.reconfigure(encoding="utf-8", newline="\n")
paths, statuses = {}, {}
for ts, r in rows.timed("time"):
    window = rows.windows_of(ts, SIZE)
    paths.setdefault(window + (page_of(r.get("path")),), []).append(r)
    statuses.setdefault(window + (r.get("status"),), []).append(r)


def total(of):
    values = [r["bytes"] for r in of if r.get("bytes") is not None]
    return sum(values) if values else None


for (start, end, page), of in paths.items():
    failed = sum(r["status"] >= 400 for r in of)
    if len(of) < 5:
        continue
    rows.write(PATHS, {
        "window_start": rows.format_time(start), "window_end": rows.format_time(end), "page": page, "hits": len(of),
        "failed": failed, "bytes": total(of), "p95_ms": rows.quantile([float(r["ms"]) for r in of], 0.95),
        "error_rate": failed / len(of),
    })
for (start, end, status), of in statuses.items():
    rows.write(STATUS, {
        "window_start": rows.format_time(start), "window_end": rows.format_time(end), "status": status,
        "hits": len(of), "bytes": total(of), "slowest_ms": max(float(r["ms"]) for r in of),
    })

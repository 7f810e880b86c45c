"""quickstart.py INPUT [BAD]: what graphs/quickstart.json must write for INPUT, quantiles exact;
and into the file BAD how many lines are no events."""

import sys

import rows

SIZE = 10 * 10**9
NAMES = ["window_start", "window_end", "service", "count", "errors", "slow", "p50", "p99", "max", "avg", "error_rate"]

sys.stdout.reconfigure(encoding="utf-8", newline="\n")
groups = {}
for ts, r in rows.timed("ts"):
    level, latency, service = r.get("level"), r.get("latency_ms"), r.get("service")
    # "level != 'debug' and latency is not null": null != 'debug' is null, and not kept
    if level is None or level == "debug" or latency is None:
        continue
    start, end = rows.windows_of(ts, SIZE)
    groups.setdefault((start, end, service), []).append((latency, level == "error"))

for (start, end, service), of in groups.items():
    ms = [latency for latency, _ in of]
    errors = sum(e for _, e in of)
    rows.write(NAMES, {
        "window_start": rows.format_time(start), "window_end": rows.format_time(end), "service": service,
        "count": len(of), "errors": errors, "slow": sum(v > 250 for v in ms),
        "p50": rows.quantile(ms, 0.50), "p99": rows.quantile(ms, 0.99), "max": max(ms), "avg": sum(ms) / len(ms),
        "error_rate": errors / len(of),
    })

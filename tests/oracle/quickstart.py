"""quickstart.py INPUT: what graphs/quickstart.json must write for INPUT, quantiles exact.

quickstart.py --bad INPUT: how many lines are no events, and go to `bad`."""

import sys

import rows

SIZE = 10 * 10**9
NAMES = ["window_start", "window_end", "service", "count", "errors", "slow", "p50", "p99", "max", "avg"]

sys.stdout.reconfigure(encoding="utf-8", newline="\n")
if sys.argv[1] == "--bad":
    with open(sys.argv[2], "rb") as f:
        lines = sum(1 for _ in f)
    print(lines - sum(rows.parse_time(r.get("ts")) is not None for r in rows.records(sys.argv[2])))
    sys.exit(0)

groups = {}
for r in rows.records(sys.argv[1]):
    ts = rows.parse_time(r.get("ts"))
    level, latency, service = r.get("level"), r.get("latency_ms"), r.get("service")
    # "level != 'debug' and latency is not null": null != 'debug' is null, and not kept
    if ts is None or level is None or level == "debug" or latency is None:
        continue
    start, end = rows.windows_of(ts, SIZE)
    groups.setdefault((start, end, service), []).append((latency, level == "error"))

for (start, end, service), of in groups.items():
    ms = [latency for latency, _ in of]
    rows.write(NAMES, {
        "window_start": rows.format_time(start), "window_end": rows.format_time(end), "service": service,
        "count": len(of), "errors": sum(e for _, e in of), "slow": sum(v > 250 for v in ms),
        "p50": rows.quantile(ms, 0.50), "p99": rows.quantile(ms, 0.99), "max": max(ms), "avg": sum(ms) / len(ms),
    })

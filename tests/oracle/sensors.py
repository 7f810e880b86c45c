"""sensors.py INPUT [BAD]: what graphs/sensors.json must write for INPUT; and into the file BAD
how many lines are no readings.

Two files go into one stream here: averages, and alarms."""

import sys

import rows

SIZE = 60 * 10**9
AVERAGES = ["window_start", "window_end", "sensor", "site", "readings", "celsius", "humidity", "fahrenheit"]
ALARMS = ["window_start", "window_end", "sensor", "kind", "times", "lowest", "highest", "first", "last"]

sys.stdout.reconfigure(encoding="utf-8", newline="\n")
averages, alarms = {}, {}
for ts, r in rows.timed("at"):
    if r.get("ok") is not True:
        continue
    window = rows.windows_of(ts, SIZE)
    averages.setdefault(window + (r["sensor"], r["site"]), []).append(r)
    c, h = r.get("celsius"), r.get("humidity")
    if c is not None and c > 35:
        alarms.setdefault(window + (r["sensor"], "hot"), []).append((ts, float(c)))
    if h is not None and h > 80:
        alarms.setdefault(window + (r["sensor"], "wet"), []).append((ts, float(h)))


def mean(values):
    values = [float(v) for v in values if v is not None]
    return sum(values) / len(values) if values else None


for (start, end, sensor, site), of in averages.items():
    celsius = mean(r.get("celsius") for r in of)
    rows.write(AVERAGES, {
        "window_start": rows.format_time(start), "window_end": rows.format_time(end), "sensor": sensor, "site": site,
        "readings": len(of), "celsius": celsius, "fahrenheit": None if celsius is None else celsius * 1.8 + 32.0,
        "humidity": mean(r.get("humidity") for r in of),
    })
for (start, end, sensor, kind), of in alarms.items():
    values = [v for _, v in of]
    rows.write(ALARMS, {
        "window_start": rows.format_time(start), "window_end": rows.format_time(end), "sensor": sensor, "kind": kind,
        "times": len(of), "lowest": min(values), "highest": max(values),
        # of equal times the row that came first, and the one that came last
        "first": min(enumerate(of), key=lambda x: (x[1][0], x[0]))[1][1],
        "last": max(enumerate(of), key=lambda x: (x[1][0], x[0]))[1][1],
    })

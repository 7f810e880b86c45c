"""What the oracles share: reading input as the graphs mean it, writing as file_out does.

Independent of the engine: the standard library's json reads, exact arithmetic adds."""

import json
import re
import sys
from datetime import datetime, timezone
from functools import lru_cache

SECOND = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)$", re.ASCII)
REST = re.compile(r"(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$", re.ASCII)


@lru_cache(maxsize=None)
def second_of(text):
    """ns since the epoch of "2026-01-02T03:04:05", or None."""
    m = SECOND.match(text)
    try:
        return int(datetime(*map(int, m.groups()), tzinfo=timezone.utc).timestamp()) * 10**9 if m else None
    except ValueError:
        return None


@lru_cache(maxsize=None)
def rest_of(text):
    """ns that ".250+01:00" adds, or None."""
    m = REST.match(text)
    if not m:
        return None
    ns = int((m.group(1) or "").ljust(9, "0"))
    away = (int(m.group(3)) * 60 + int(m.group(4))) * 60 * 10**9 if m.group(2) else 0
    return ns + away if m.group(2) == "-" else ns - away


def parse_time(text):
    """ns since the epoch, or None. Neighbours have their second in common, so it is worked out once."""
    if not isinstance(text, str):
        return None
    second, rest = second_of(text[:19]), rest_of(text[19:])
    return None if second is None or rest is None else second + rest


def format_time(ns):
    s, part = divmod(ns, 10**9)
    text = datetime.fromtimestamp(s, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    digits = "%09d" % part
    if part == 0:
        return text + "Z"
    if part % 10**6 == 0:
        return text + "." + digits[:3] + "Z"
    return text + "." + (digits[:6] if part % 1000 == 0 else digits) + "Z"


def no_doubles(pairs):
    """Of equal keys the first counts."""
    out = dict(pairs)
    if len(out) != len(pairs):
        out = dict(reversed(pairs))
    return out


def timed(key):
    """(time, object) of each line of the file argv[1] that is a JSON object with a time under
    that key. How many lines are not goes into the file argv[2], if there is one."""
    decode = json.JSONDecoder(object_pairs_hook=no_doubles).decode
    bad = 0
    with open(sys.argv[1], "rb") as f:
        for line in f:
            try:
                v = decode(line.decode("utf-8"))
            except ValueError:
                v = None
            ts = parse_time(v.get(key)) if isinstance(v, dict) else None
            if ts is None:
                bad += 1
            else:
                yield ts, v
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="ascii") as f:
            print(bad, file=f)


def number(v):
    """A JSON number as file_out writes it: the shortest that reads back, 3.0 as 3."""
    if isinstance(v, float):
        if v == int(v) and abs(v) < 1e15:
            return str(int(v))
        return repr(v)
    return str(v)


def quantile(values, q):
    """Of values: the one at place floor(q * (n - 1)) when sorted."""
    return sorted(values)[int(q * (len(values) - 1))] if values else None


def windows_of(ns, size):
    start = ns // size * size
    return start, start + size


def write(names, row):
    parts = []
    for name in names:
        v = row[name]
        if v is None:
            text = "null"
        elif isinstance(v, bool):
            text = "true" if v else "false"
        elif isinstance(v, str):
            text = json.dumps(v, ensure_ascii=False)
        else:
            text = number(v)
        parts.append(json.dumps(name) + ":" + text)
    sys.stdout.write("{" + ",".join(parts) + "}\n")

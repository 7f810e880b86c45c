"""What the oracles share: reading input as the graphs mean it, writing as file_out does.

Independent of the engine: the standard library's json reads, exact arithmetic adds."""

import json
import re
import sys
from datetime import datetime, timezone

STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$")


def parse_time(text):
    """ns since the epoch, or None."""
    m = STAMP.match(text) if isinstance(text, str) else None
    if not m:
        return None
    try:
        t = datetime(*(int(m.group(i)) for i in range(1, 7)), tzinfo=timezone.utc)
    except ValueError:
        return None
    ns = int(t.timestamp()) * 10**9 + int((m.group(7) or "").ljust(9, "0"))
    if m.group(8):
        away = (int(m.group(9)) * 60 + int(m.group(10))) * 60 * 10**9
        ns += -away if m.group(8) == "+" else away
    return ns


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
    out = {}
    for k, v in pairs:
        out.setdefault(k, v)
    return out


def records(path):
    """The JSON objects of a file's lines; lines that are none are left out."""
    with open(path, "rb") as f:
        for line in f:
            try:
                v = json.loads(line.decode("utf-8"), object_pairs_hook=no_doubles)
            except ValueError:
                continue
            if isinstance(v, dict):
                yield v


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

"""ticks.py INPUT [BAD]: what graphs/ticks.json must write for INPUT; and into the file BAD how
many records are no trades."""

import csv
import re
import sys

import rows

SIZE = 10**9
NAMES = ["window_start", "symbol", "open", "high", "low", "close", "volume", "trades"]
PRICE = re.compile(r"(-?)(\d+)(?:\.(\d{1,2}))?$", re.ASCII)
QTY = re.compile(r"-?\d+$", re.ASCII)


def cents(text):
    m = PRICE.match(text)
    if not m:
        return None
    n = int(m.group(2)) * 100 + int((m.group(3) or "").ljust(2, "0"))
    return -n if m.group(1) else n


def money(n):
    return "%s%d.%02d" % ("-" if n < 0 else "", abs(n) // 100, abs(n) % 100)


sys.stdout.reconfigure(encoding="utf-8", newline="\n")
bars, bad = {}, 0
with open(sys.argv[1], encoding="utf-8", newline="") as f:
    records = csv.reader(f, strict=True)
    header = next(records)
    for i, record in enumerate(records):
        if len(record) != len(header):
            bad += 1
            continue
        r = dict(zip(header, record))
        ts, price = rows.parse_time(r["ts"]), cents(r["price"])
        if ts is None or not r["symbol"] or price is None or not QTY.match(r["qty"]):
            bad += 1
            continue
        # of equal times the trade that stands first in the file is the first
        bars.setdefault((ts // SIZE, r["symbol"]), []).append((ts, i, price, int(r["qty"])))

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(NAMES)
for (second, symbol), of in bars.items():
    prices = [price for _, _, price, _ in sorted(of)]
    out.writerow([rows.format_time(second * SIZE), symbol] +
                 [money(v) for v in (prices[0], max(prices), min(prices), prices[-1])] +
                 [sum(qty for _, _, _, qty in of), len(of)])
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="ascii") as f:
        print(bad, file=f)

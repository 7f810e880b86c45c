"""MB/s by tool, a panel for each job, as SVG. A dot is the median, the line through it
goes from the slowest round to the fastest; the axis is logarithmic, for tools lie
three powers of ten apart."""

import math
from xml.sax.saxutils import escape

import bench_tools

WIDTH, LEFT, RIGHT = 780, 160, 80
ROW, HEAD, FOOT, GAP = 24, 44, 30, 18
STYLE = """
.paper { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e }
.grid { stroke: #d1d9e0; stroke-width: 1 } .range { stroke: #8c959f; stroke-width: 2 } .dot { fill: #59636e }
.us .range, .us.range { stroke: #0a66c2 } .us.dot { fill: #0a66c2 } .us.ink { fill: #0a66c2; font-weight: 600 }
text { font: 13px system-ui, "DejaVu Sans", sans-serif } .title { font-size: 15px; font-weight: 600 } .small { font-size: 11px }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117 } .ink { fill: #e6edf3 } .soft { fill: #9198a1 }
.grid { stroke: #2f363d } .range { stroke: #7d8590 } .dot { fill: #9198a1 }
.us .range, .us.range { stroke: #58a6ff } .us.dot { fill: #58a6ff } .us.ink { fill: #58a6ff }
}
"""


def text(x, y, words, kind, anchor="start"):
    return '<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>' % (x, y, kind, anchor, escape(words))


class Axis:
    def __init__(self, values):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)

    def x(self, v):
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(v) - self.low) / (self.high - self.low)

    def ticks(self):
        return [10 ** k for k in range(self.low, self.high + 1)]


def panel(job, rows, axis, top):
    """Its lines, and where it ends."""
    out = [text(16, top + 18, job, "ink title"), text(16, top + 35, bench_tools.JOBS[job], "soft small")]
    first, last = top + HEAD, top + HEAD + ROW * len(rows)
    for v in axis.ticks():
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" class="grid"/>' % (axis.x(v), first, axis.x(v), last))
        out.append(text(axis.x(v), last + 14, "{:,.10g}".format(v), "soft small", "middle"))
    for i, r in enumerate(rows):
        m, y = r["mb_per_s"], first + ROW * (i + 0.5)
        us = " us" if r["tool"] == "thalweg" else ""
        out.append(text(LEFT - 10, y + 4.5, r["name"], "ink" + us, "end"))
        out.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="range%s"/>' % (
            axis.x(m["min"]), y, axis.x(m["max"]), y, us))
        out.append('<circle cx="%.1f" cy="%.1f" r="5" class="dot%s"/>' % (axis.x(m["median"]), y, us))
        out.append(text(max(axis.x(m["max"]), axis.x(m["median"]) + 5) + 8, y + 4.5, "{:,.0f}".format(m["median"]), "ink" + us))
    return out, last + FOOT + GAP


def draw(report, path):
    results = [r for r in report["results"] if r["mb_per_s"]["min"] > 0]
    body, top = [], 34
    if results:
        axis = Axis([v for r in results for v in (r["mb_per_s"]["min"], r["mb_per_s"]["max"])])
        for job in bench_tools.JOBS:
            rows = sorted((r for r in results if r["job"] == job), key=lambda r: -r["mb_per_s"]["median"])
            if rows:
                lines, top = panel(job, rows, axis, top)
                body += lines
    head = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (WIDTH, top, WIDTH, top),
        "<title>MB of input a second, by tool and job</title>", "<style>%s</style>" % STYLE,
        '<rect width="%d" height="%d" class="paper"/>' % (WIDTH, top),
        text(16, 22, "MB of input a second: median, slowest and fastest of %d rounds (logarithmic)" % report["rounds"], "soft"),
    ]
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(head + body + ["</svg>"]) + "\n")

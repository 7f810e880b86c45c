"""Two plots of the core benchmark as SVG, readable on light and dark paper: percentiles of
the latency of a hop, and throughput by the length of a chain; all axes logarithmic."""

import math
import os

from bench_plot import STYLE, text

WIDTH, LEFT, RIGHT = 820, 70, 210
TOP, HEIGHT, FOOT = 46, 330, 48
PEERS = 7   # lines of others, the best ones
LABEL = 15  # px between labels
LIGHT = ("#9a6700", "#1a7f37", "#8250df", "#cf222e", "#bf3989", "#0e7c86", "#6e5a4b", "#c45100", "#5a7d00", "#4c5ab8")
DARK = ("#d29922", "#3fb950", "#a371f7", "#ff7b72", "#f778ba", "#39c5cf", "#b8a393", "#ffa657", "#a5c84a", "#98a6f5")
KINDS = tuple("c%d" % i for i in range(len(LIGHT)))
TAILS = (("p50", "50 %", 0.5), ("p99", "99 %", 0.99), ("p999", "99.9 %", 0.999), ("p9999", "99.99 %", 0.9999))


def style():
    def colours(palette):
        return "\n".join(".%s { stroke: %s; fill: none } .%s.words { fill: %s; stroke: none }" % (k, c, k, c)
                         for k, c in zip(KINDS, palette))
    more = ".line { fill: none; stroke-width: 2; stroke-linejoin: round } .thick { stroke-width: 3.5 } .dash { stroke-dasharray: 6 4 }\n"
    more += ".floor { stroke: %s } .floor.words { fill: %s; stroke: none } .ours { stroke: %s } .ours.words { fill: %s; stroke: none; font-weight: 600 }\n"
    return (STYLE.replace("@media", colours(LIGHT) + more % ("#59636e", "#59636e", "#0a66c2", "#0a66c2") + "@media", 1).rstrip()[:-1]
            + colours(DARK) + more % ("#9198a1", "#9198a1", "#58a6ff", "#58a6ff") + "}\n")


class Scale:
    """A logarithmic axis."""

    def __init__(self, low, high, start, end):
        self.low, self.high, self.start, self.end = math.log10(low), math.log10(high), start, end

    def at(self, v):
        return self.start + (self.end - self.start) * (math.log10(v) - self.low) / (self.high - self.low)


def decades(values):
    return 10 ** math.floor(math.log10(min(values))), 10 ** max(math.ceil(math.log10(max(values))),
                                                              math.floor(math.log10(min(values))) + 1)


def spread(wanted):
    """Places of labels near those wanted, without overlap; wanted: (y, key)."""
    out, last = {}, -1e9
    for y, key in sorted(wanted):
        last = max(y, last + LABEL)
        out[key] = last
    over = last - (TOP + HEIGHT + 8)
    return {k: y - max(0, over) for k, y in out.items()}


def name_units(v, unit):
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if v >= limit and unit == "records/s":
            return "%g %s" % (v / limit, letter)
    if unit == "ns":
        for limit, word in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
            if v >= limit:
                return "%g %s" % (v / limit, word)
        return "%g ns" % v
    return "%g" % v


def panel(title, lines, ticks, unit, top):
    """lines: (name, class, [(x, y), ...]); ticks: (x, label)."""
    values = [y for _, _, points in lines for _, y in points]
    low, high = decades(values)
    x = Scale(ticks[0][0], ticks[-1][0], LEFT, WIDTH - RIGHT)
    y = Scale(low, high, top + TOP + HEIGHT, top + TOP)
    out = [text(16, top + 22, title, "ink title")]
    for k in range(round(math.log10(low)), round(math.log10(high)) + 1):
        at = y.at(10 ** k)
        out.append('<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" class="grid"/>' % (LEFT, at, WIDTH - RIGHT, at))
        out.append(text(LEFT - 8, at + 4, name_units(10 ** k, unit), "soft small", "end"))
    for v, label in ticks:
        out.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" class="grid"/>' % (x.at(v), top + TOP, x.at(v), top + TOP + HEIGHT))
        out.append(text(x.at(v), top + TOP + HEIGHT + 18, label, "soft small", "middle"))
    labels = spread([(y.at(points[-1][1]) - top, name) for name, _, points in lines])
    for name, kind, points in lines:
        path = " ".join("%s%.1f %.1f" % ("M" if i == 0 else "L", x.at(a), y.at(b)) for i, (a, b) in enumerate(points))
        out.append('<path d="%s" class="line %s"/>' % (path, kind))
        out += ['<circle cx="%.1f" cy="%.1f" r="3" class="%s words"/>' % (x.at(a), y.at(b), kind.split()[0]) for a, b in points]
        out.append('<path d="M%.1f %.1f L%d %.1f" class="grid"/>' % (x.at(points[-1][0]) + 4, y.at(points[-1][1]),
                                                                    WIDTH - RIGHT + 26, labels[name] + top))
        out.append(text(WIDTH - RIGHT + 30, labels[name] + top + 4, name, kind.split()[0] + " words"))
    return out


def save(path, title, note, panels):
    """panels: what panel() takes but for the place."""
    height = 40 + len(panels) * (TOP + HEIGHT + FOOT)
    body = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (WIDTH, height, WIDTH, height),
            "<title>%s</title>" % title, "<style>%s</style>" % style(),
            '<rect width="%d" height="%d" class="paper"/>' % (WIDTH, height), text(16, 24, note, "soft")]
    for i, args in enumerate(panels):
        body += panel(*args, 30 + i * (TOP + HEIGHT + FOOT))
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(body + ["</svg>"]) + "\n")


class Colours(dict):
    """The class of a name's line; the same in all panels of a figure."""

    def __missing__(self, name):
        self[name] = KINDS[len(self) % len(KINDS)]
        return self[name]


def pick(programs, value, colours):
    """Ours, the floor, and the best of the others, each with the class of its line."""
    peers = sorted((p for p in programs if p["kind"] == "peer"), key=value)[:PEERS]
    out = [(p, "floor dash") for p in programs if p["kind"] == "floor"][:1]
    out += [(p, colours[p["who"]]) for p in peers]
    ours = [p for p in programs if p["kind"] == "ours"]
    return out + [(p, "ours thick" if p["who"] == "thalweg" else "ours dash") for p in ours if p["who"] in ("ring alone", "thalweg")]


def latency(report):
    ticks = [(1 / (1 - q), label) for _, label, q in TAILS]
    panels, colours = [], Colours()
    for cell in report["cells"]:
        if not cell["name"].startswith("hop at"):
            continue
        for distance in ("near", "far"):
            there = [p for p in cell["programs"] if distance in p]
            lines = [(p["who"], kind, [(x, p[distance][key]["median"]) for (key, _, _), (x, _) in zip(TAILS, ticks)
                                       if p[distance][key]["median"] > 0])
                     for p, kind in pick(there, lambda p, d=distance: p[d]["p50"]["median"], colours)]
            lines = [line for line in lines if line[2]]
            if lines:
                panels.append(("%s, cores %s to each other" % (cell["name"], distance), lines, ticks, "ns"))
    return panels


def throughput(report):
    panels, colours = [], Colours()
    for kind in ("one by one", "batches"):
        found = {}  # who: its kind, and records/s by length
        for cell in report["cells"]:
            if not cell["name"].startswith("chain of ") or not cell["name"].endswith(", " + kind):
                continue
            ops = int(cell["name"].split()[2].rstrip(","))
            for p in cell["programs"]:
                figures = p.get("one core") or p.get("near") or p.get("far")
                if figures:
                    found.setdefault(p["who"], {"who": p["who"], "kind": p["kind"], "points": []})["points"].append(
                        (ops, figures["records_per_s"]["median"]))
        lines = [(p["who"], line, sorted(p["points"]))
                 for p, line in pick(list(found.values()), lambda p: -max(y for _, y in p["points"]), colours)]
        if lines:
            lengths = sorted({x for _, _, points in lines for x, _ in points})
            if len(lengths) > 1:
                panels.append(("Chains, %s" % kind, lines, [(k, "%d" % k) for k in lengths], "records/s"))
    return panels


def draw(report, folder):
    note = "medians of %d rounds" % report["rounds"]
    panels = latency(report)
    if panels:
        save(os.path.join(folder, "latency.svg"), "Latency of a hop by percentile",
             "Latency from the intended send time, by percentile: " + note, panels)
    panels = throughput(report)
    if panels:
        save(os.path.join(folder, "chain.svg"), "Throughput by operators in the chain",
             "Records a second by the number of operators: " + note, panels)

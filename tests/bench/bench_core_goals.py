"""The goals of the core: each a ratio, or a figure of a ratio's kind, out of one run."""

from statistics import median

from bench_core_cells import LOOP, PER_STAGE

HOPS = ("hop at 100 k/s", "hop at 1 M/s")
CLOSED = "hop, closed loop"
COPY = "batches from core to core"
PLAIN_QUEUES = ("plain ring", "ck_ring", "boost spsc_queue", "rte_ring", "crossbeam")
TWO = ("near", "far")
# What the clock and the machine's noise move in a median of few.
NO_WORSE = 1.05


class Judge:
    def __init__(self, figures):
        self.f, self.goals = figures, []

    def add(self, text, want, got, at_most=False, note=""):
        if isinstance(got, dict):
            got = got["median"]
        met = None if got is None else got <= want if at_most else got >= want
        self.goals.append({"text": text, "want": want, "got": got, "at_most": at_most, "met": met, "note": note})

    def ratio(self, text, want, a, b, key="records_per_s", at_most=False, distances=("any",)):
        for d in distances:
            self.add(text + ("" if d == "any" else ", " + d), want, self.f.ratio(a, b, key, d), at_most)

    def least(self, text, want, a, cell, rivals, distance):
        """Against all of them: the smallest ratio."""
        found = {w: self.f.ratio(a, (cell, w), "records_per_s", distance) for w in rivals}
        found = {w: r["median"] for w, r in found.items() if r}
        worst = min(found, key=found.get) if found else None
        self.add(text + ("" if distance == "any" else ", " + distance), want, found[worst] if worst else None,
                 note=worst or "")

    def peers(self, cell):
        """Engines: a queue and a loop written by hand is none."""
        return [w for w in self.f.who(cell) if self.f.kind(cell, w) == "peer" and not w.endswith(LOOP)]


def hop(j):
    for cell in HOPS:
        j.ratio("%s: p50 by the floor's" % cell, 1.4, (cell, "thalweg"), (cell, "floor"), "p50", True, TWO)
    j.ratio("%s: p50 of the ring alone by the floor's" % HOPS[1], 1.4, (HOPS[1], "ring alone"), (HOPS[1], "floor"), "p50",
            True, TWO)
    for key, name in (("p99", "p99"), ("p999", "p99.9"), ("p9999", "p99.99")):
        j.ratio("%s: %s by the bare ring's (the machine's)" % (HOPS[1], name), NO_WORSE, (HOPS[1], "thalweg"),
                (HOPS[1], "ring alone"), key, True, TWO)
    for who in ("thalweg", "ring alone"):
        for rival in ("FastFlow", "Disruptor"):
            j.ratio("%s: %s by %s" % (CLOSED, who, rival), 1.3, (CLOSED, who), (CLOSED, rival), distances=("near",))
        j.least("%s: %s by every plain queue" % (CLOSED, who), 3, (CLOSED, who), CLOSED, PLAIN_QUEUES, "far")


def copy(j):
    for who in ("ring alone", "thalweg"):
        j.ratio("batches of 64: %s by the copy between the cores" % who, 0.9, (COPY, who), (COPY, "floor: copy"), distances=TWO)
        j.ratio("batches of 64: %s by rte_ring in bursts of 256" % who, 1, (COPY, who), (COPY, "rte_ring, bursts of 256"),
                distances=TWO)


def per_operator(j, kind):
    """ns per record and operator, between 4 and 16 and between 16 and 64 of them."""
    def ns(ops):
        rates = j.f.values("chain of %d, %s" % (ops, kind), "thalweg", "records_per_s", "one core")
        return 1e9 / median(rates) if rates else None
    times = {ops: ns(ops) for ops in (4, 16, 64)}
    return [(times[b] - times[a]) / (b - a) if times[a] and times[b] else None for a, b in ((4, 16), (16, 64))]


def chain(j):
    for ops in (4, 16):
        batched, single = "chain of %d, batches" % ops, "chain of %d, one by one" % ops
        j.ratio("%s: by rte_graph in bursts of 256" % batched, 4, (batched, "thalweg"), (batched, "rte_graph"))
        j.least("%s: by every engine" % single, 5, (single, "thalweg"), single, j.peers(single), "any")
        late = "chain of %d at 100 k/s" % ops
        j.ratio("%s: p50 by rte_graph's" % late, 0.7, (late, "thalweg"), (late, "rte_graph"), "p50", True)
    for kind, most in (("batches", 0.3), ("one by one", 4)):
        short, long = per_operator(j, kind)
        j.add("ns per record and operator (16 less 4 of them), %s" % kind, most, short, True)
        j.add("linear to 64, %s: an operator's time (64 less 16) by that" % kind, 1.25,
              long / short if short and long and short > 0 else None, True)
    for batch in (1, 512):
        cell = "thalweg, chain of 16, batches of %d" % batch
        j.ratio("%s: two cores by one" % cell, 1.7, (cell, "two cores"), (cell, "one core"), distances=TWO)


def stages(j):
    cell = "8 stages, batches"
    late = "8 stages at 100 k/s"
    for d in TWO:
        j.ratio("%s: by rte_graph on one core" % cell, 1, (cell, "thalweg"), (cell, "rte_graph"), distances=(d,))
        for name in (cell, "8 stages, one by one"):
            rivals = [w for w in j.peers(name) if w.endswith(PER_STAGE)]
            j.least("%s: by the best thread per stage" % name, 5, (name, "thalweg"), name, rivals, d)
        found = {w: j.f.ratio((late, "thalweg"), (late, w), "p99", d) for w in j.peers(late)}
        found = {w: r["median"] for w, r in found.items() if r}
        worst = max(found, key=found.get) if found else None
        j.add("%s: p99 by the best thread per stage's, %s" % (late, d), 0.1, found[worst] if worst else None, True, worst or "")


def idle(j):
    none, each_ms, each_100us = "waiting for nothing", "a record each ms", "a record each 100 us"
    for mode in ("park", "adaptive"):
        cores = [v for d in TWO + ("moved",) for v in j.f.values(none, "thalweg, " + mode, "cores", d)]
        j.add("%s: processors in use, %s" % (none, mode), 0.001, median(cores) if cores else None, True)
    j.ratio("%s: p50 of park by the futex" % each_ms, 1.2, (each_ms, "thalweg, park"), (each_ms, "floor: futex"), "p50", True, TWO)
    j.ratio("%s: p50 of adaptive by spin" % each_100us, 1.1, (each_100us, "thalweg, adaptive"), (each_100us, "thalweg, spin"),
            "p50", True, TWO)


def judge(figures, groups):
    j = Judge(figures)
    for name, goals in (("hop", hop), ("copy", copy), ("chain", chain), ("stages", stages), ("idle", idle)):
        if name in groups:
            goals(j)
    return j.goals

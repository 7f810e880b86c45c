"""What the core benchmark runs: cells, each with the programs that are compared in it.
All of them speak the protocol of pace.h."""

import os

GROUPS = {
    "floor": "memcpy and a call, on one core",
    "hop": "one record at a time from core to core: latency and throughput",
    "copy": "batches of 64 from core to core, every byte written and read",
    "chain": "source, k operators, sink: throughput, latency",
    "stages": "eight operators on two cores",
    "fans": "fan-out, fan-in, a keyed exchange, on two cores",
    "idle": "waiting: processor time, wake-ups",
    "steady": "half of full load for a minute: what comes late, and why",
}
LENGTHS = (1, 4, 16, 64)
SLOTS = (256, 1024)
# Queues, with which a chain in two threads is a queue and a loop written by hand.
QUEUES = ("Disruptor", "disruptor-rs", "crossbeam")
LOOP = ", loop by hand"
PER_STAGE = ", thread per stage"
# Who wakes whom is not a matter of rounds, and takes seconds.
IDLE_ROUNDS = 3
WAITS = ("spin", "adaptive", "park")
# A Java program starts slowly, and is slow until it was compiled.
SECONDS, JAVA_SECONDS = 0.1, 0.4


class Run:
    """One program with its arguments, in one cell."""

    def __init__(self, who, program, words, kind):
        self.who, self.program, self.words, self.kind = who, program, words, kind
        self.records = 0      # 0: as the words say; else adapted from run to run
        self.seconds = JAVA_SECONDS if "isruptor" in os.path.basename(program) and kind == "peer" else SECONDS
        self.per_batch = next((int(w[6:]) for w in words if w.startswith("batch=")), 1)
        self.two_cores = any(w.startswith("threads=") and w != "threads=1" for w in words)
        self.why_not = None   # words, once it turned out that it can't
        self.tried = 0.0      # records/s, or -p50, in a trial ...
        self.tried_near = True
        self.number = 0       # among its program's ways
        self.late = 0         # rounds in which it did not keep up

    def argv(self, cpus):
        out = [self.program] + self.words + ["cpu=%d" % cpus[0], "cpu2=%d" % cpus[1]]
        return out + (["records=%d" % self.records] if self.records else [])

    def adapt(self, rate, times):
        """So many records as take a fixed time."""
        if self.records:
            n = int(rate * self.seconds * times)
            n = max(500, min(n, 100000000)) // self.per_batch + 1
            self.records = n * self.per_batch


class Cell:
    def __init__(self, group, name, metric, runs, **more):
        self.group, self.name, self.metric, self.runs = group, name, metric, runs
        self.rounds = more.get("rounds", 99)
        for run in runs:
            run.two_cores |= more.get("two_cores", True)
        # Another cell, in which a peer's best way is the best one here, too; and how much
        # longer a record takes here.
        self.like, self.times_as_long = more.get("like"), more.get("times_as_long", 1.0)
        self.is_open = metric == "p50"


def closed(who, program, words, kind):
    run = Run(who, program, words.split(), kind)
    run.records = (5000 if kind == "peer" else 20000) // run.per_batch * run.per_batch + run.per_batch
    return run


def paced(who, program, words, kind, rate, seconds):
    return Run(who, program, words.split() + ["rate=%d" % rate, "records=%d" % (rate * seconds)], kind)


def ways_of(peers, scenario):
    """Peers' ways of a scenario: name, program, words."""
    return [(p.name, p.path, w) for p in peers for w in p.ways if w.split()[0] == scenario]


def chain_name(name, way):
    """What a peer is called that runs a chain so."""
    if "ops+2" in way:
        return name + PER_STAGE
    if "threads=2" in way:
        return name + (LOOP if name in QUEUES else ", two cores")
    return name


def chain_ways(peers):
    """On one core, as ours; else on two; else as it can."""
    out = []
    for name in dict.fromkeys(n for n, _, _ in ways_of(peers, "chain")):
        ways = [w for w in ways_of(peers, "chain") if w[0] == name]
        for threads in ("threads=1", "threads=2", "threads="):
            fit = [w for w in ways if threads in w[2]]
            if fit:
                break
        out += fit
    return out


def words_of(way, **more):
    """The words of a way with ops operators, and more of them."""
    words = [w.replace("ops+2", str(more["ops"] + 2)) for w in way.split()]
    return " ".join(words + ["%s=%s" % item for item in more.items()])


def hop_cells(ours, peers, options):
    cells = []
    for rate, name, seconds, like in ((100000, "hop at 100 k/s", 0.2, None), (1000000, "hop at 1 M/s", 0.15, "hop at 100 k/s")):
        if options.quick and rate == 100000:
            continue
        args = (rate, seconds * options.times)
        runs = [paced("floor", ours["floor"], "hop", "floor", *args),
                paced("ring alone", ours["ring"], "hop slots=256", "ours", *args),
                paced("thalweg", ours["engine"], "hop slots=256", "ours", *args)]
        runs += [paced(n, p, w + " slots=256", "peer", *args) for n, p, w in ways_of(peers, "hop")]
        cells.append(Cell("hop", name, "p50", runs, like=like))
    runs = []
    for slots in SLOTS:
        tail = " slots=%d" % slots
        runs += [closed("ring alone", ours["ring"], "hop" + tail, "ours"),
                 closed("ring alone, two lines", ours["ring"], "hop mode=row2" + tail, "ours"),
                 closed("thalweg", ours["engine"], "hop" + tail, "ours")]
        runs += [closed(n, p, w + tail, "peer") for n, p, w in ways_of(peers, "hop")]
    cells.append(Cell("hop", "hop, closed loop", "records_per_s", runs))
    return cells


def copy_cells(ours, peers):
    runs = [closed("floor: copy", ours["floor"], "copy batch=64 slots=4", "floor"),
            closed("floor: copy, 64 KiB", ours["floor"], "copy batch=64 slots=16", "floor"),
            closed("ring alone", ours["ring"], "hop batch=64", "ours"),
            closed("thalweg", ours["engine"], "hop mode=whole batch=64", "ours"),
            closed("thalweg, 512", ours["engine"], "hop mode=whole batch=512", "ours")]
    for name, path, way in ways_of(peers, "hop"):
        runs.append(closed(name, path, way + " batch=64 slots=1024", "peer"))
        if name == "rte_ring":
            runs.append(closed(name + ", bursts of 256", path, way + " batch=256 slots=1024", "peer"))
    return [Cell("copy", "batches from core to core", "records_per_s", runs)]


def chain_cell(ours, peers, ops, batched):
    tail = " ops=%d" % ops
    if batched:
        runs = [closed("floor: plain loop", ours["floor"], "chain batch=512" + tail, "floor"),
                closed("thalweg", ours["engine"], "chain batch=512" + tail, "ours"),
                closed("thalweg, 64", ours["engine"], "chain batch=64" + tail, "ours"),
                closed("thalweg, 8", ours["engine"], "chain batch=8" + tail, "ours")]
    else:
        runs = [closed("floor: plain loop", ours["floor"], "chain" + tail, "floor"),
                closed("thalweg", ours["engine"], "chain" + tail, "ours")]
    for name, path, way in chain_ways(peers):
        batch = 1 if not batched else 256 if name.startswith("rte_graph") else 64
        # 66 threads are more than a run can start and join in its time; and free means batches
        if (ops < 64 or "ops+2" not in way) and (batched or "mode=free" not in way):
            runs.append(closed(chain_name(name, way), path, words_of(way, ops=ops, batch=batch), "peer"))
    kind = "batches" if batched else "one by one"
    like = {1: 4, 64: 16}.get(ops)
    return Cell("chain", "chain of %d, %s" % (ops, kind), "records_per_s", runs, two_cores=False,
                like="chain of %d, %s" % (like, kind) if like else None, times_as_long=ops / like if like else 1.0)


def two_core_cells(ours, lengths):
    cells = []
    for ops in lengths:
        for batch in (1, 512):
            tail = " ops=%d batch=%d" % (ops, batch)
            runs = [closed("one core", ours["engine"], "chain" + tail, "ours"),
                    closed("two cores", ours["engine"], "chain threads=2" + tail, "ours"),
                    closed("each edge a ring", ours["engine"], "chain mode=rings" + tail, "ours")]
            cells.append(Cell("chain", "thalweg, chain of %d, batches of %d" % (ops, batch), "records_per_s", runs))
    return cells


def chain_cells(ours, peers, options):
    quick, seconds = options.quick, 0.2 * options.times
    lengths = (4, 16) if quick else LENGTHS
    cells = [chain_cell(ours, peers, k, batched) for k in lengths for batched in (False, True)]
    cells += two_core_cells(ours, (16,) if quick else (4, 16))
    for ops in (4, 16):
        runs = [paced("thalweg", ours["engine"], "chain ops=%d" % ops, "ours", 100000, seconds)]
        runs += [paced(chain_name(n, w), p, words_of(w, ops=ops), "peer", 100000, seconds)
                 for n, p, w in chain_ways(peers) if not quick or n.startswith("rte_graph")]
        cells.append(Cell("chain", "chain of %d at 100 k/s" % ops, "p50", runs, two_cores=False,
                          like="chain of 4 at 100 k/s" if ops == 16 else None))
    return cells


def stage_cells(ours, peers, options):
    seconds = 0.2 * options.times

    def both(batch):
        tail = " ops=8 batch=%d" % (1 if batch == 1 else 512)
        runs = [closed("thalweg", ours["engine"], "chain threads=2" + tail, "ours")]
        for name, path, way in ways_of(peers, "chain"):
            n = batch if batch == 1 or not name.startswith("rte_graph") else 256
            # on one core only the one that a goal is about
            if ("threads=1" not in way or name == "rte_graph") and (batch > 1 or "mode=free" not in way):
                runs.append(closed(chain_name(name, way), path, words_of(way, ops=8, batch=n), "peer"))
        return runs
    late = [paced("thalweg", ours["engine"], "chain ops=8 threads=2", "ours", 100000, seconds)]
    late += [paced(chain_name(n, w), p, words_of(w, ops=8), "peer", 100000, seconds)
             for n, p, w in ways_of(peers, "chain") if "ops+2" in w]
    return [Cell("stages", "8 stages, one by one", "records_per_s", both(1)),
            Cell("stages", "8 stages, batches", "records_per_s", both(64)),
            Cell("stages", "8 stages at 100 k/s", "p50", late)]


def fan_cells(ours, peers):
    cells = []
    for scenario, name in (("fan_out", "fan-out 1 to 4"), ("fan_in", "fan-in 4 to 1"), ("exchange", "exchange 2 by 2")):
        runs = []
        for batch in (1, 64, 512):
            who = "thalweg" if batch == 1 else "thalweg, %d" % batch
            runs.append(closed(who, ours["engine"], "%s batch=%d" % (scenario, batch), "ours"))
        runs += [closed(n, p, w, "peer") for n, p, w in ways_of(peers, scenario)]
        cells.append(Cell("fans", name, "records_per_s", runs))
    return cells


def idle_cells(ours, options):
    def engine(mode, rate, seconds):
        return Run("thalweg, " + mode, ours["engine"],
                   ["idle", "mode=" + mode, "rate=%d" % rate, "seconds=%g" % seconds], "ours")
    seconds = max(0.05, 0.8 * options.times)
    floor = [Run("floor: " + name, ours["floor"], ("wake %s rate=1000 records=%d" % (mode, 1000 * seconds)).split(), "floor")
             for name, mode in (("futex", ""), ("eventfd, epoll", "mode=fd"))]
    return [Cell("idle", "waiting for nothing", "cores", [engine(m, 0, seconds) for m in WAITS], rounds=IDLE_ROUNDS),
            Cell("idle", "a record each ms", "p50", floor + [engine(m, 1000, seconds) for m in WAITS], rounds=IDLE_ROUNDS),
            Cell("idle", "a record each 100 us", "p50", [engine(m, 10000, seconds) for m in WAITS], rounds=IDLE_ROUNDS)]


def floor_cells(ours):
    return [Cell("floor", "memcpy", "gb_per_s", [Run("floor", ours["floor"], ["memcpy"], "floor")], two_cores=False),
            Cell("floor", "a call by pointer", "ns_per_call",
                 [Run("floor", ours["floor"], ["call", "ops=4", "records=5000000"], "floor")], two_cores=False)]


def cells(options, ours, peers):
    every = {
        "floor": lambda: floor_cells(ours),
        "hop": lambda: hop_cells(ours, peers, options),
        "copy": lambda: copy_cells(ours, peers),
        "chain": lambda: chain_cells(ours, peers, options),
        "stages": lambda: stage_cells(ours, peers, options),
        "fans": lambda: fan_cells(ours, peers),
        "idle": lambda: idle_cells(ours, options),
        "steady": lambda: [],
    }
    return [cell for group in options.only for cell in every[group]()]

"""Half of full load for a while, in slices, with slices of a bare spinning thread on each
core between them: what it loses there the machine took."""

SLICES = 4
OPS = 4
BARE = 0.2  # of the engine's time
KEPT_UP = 0.99  # of the rate


def full_load(core):
    """Records/s of the chain on two cores, of three tries the least."""
    argv = [core.options.ours["engine"], "chain", "ops=%d" % OPS, "threads=2", "records=300000"] + core.cpu_words()
    return min(core.program(argv)["records_per_s"] for _ in range(3))


def bare_slice(core, seconds):
    said = core.program([core.options.ours["floor"], "gaps", "seconds=%g" % seconds] + core.cpu_words(), seconds + 20)
    return {"seconds": seconds, "cpus": said["cpus"]}


def measure(core, say):
    rate = int(full_load(core) / 2)
    part = core.options.steady / SLICES
    out = {"rate": rate, "seconds": core.options.steady, "ops": OPS, "engine": [], "bare": []}
    for i in range(SLICES):
        say("steady: slice %d of %d" % (i + 1, SLICES))
        out["bare"].append(bare_slice(core, max(part * BARE, 0.2)))
        out["engine"].append(core.program(
            [core.options.ours["engine"], "steady", "ops=%d" % OPS, "rate=%d" % rate, "seconds=%g" % part]
            + core.cpu_words(), 2 * part + 20))
    return out


def per_second(slices, count):
    seconds = sum(s["seconds"] for s in slices)
    return sum(map(count, slices)) / seconds if seconds else 0.0


def summary(steady):
    """Stalls and gaps over 10 us a second, and what of the stalls is ours. A slice in which the
    engine could not keep up (the hypervisor had moved the cores apart: then the rate is no half
    of what they can do) is counted by itself."""
    slices, bare = steady["engine"], steady["bare"]
    engine = [s for s in slices if s["records_per_s"] >= KEPT_UP * steady["rate"]] or slices
    causes = {}
    for said in engine:
        for cause, n in said["stalls"].items():
            causes[cause] = causes.get(cause, 0) + n
    return {
        "slices": len(slices), "behind": sum(s["records_per_s"] < KEPT_UP * steady["rate"] for s in slices),
        "stalls": causes,
        "stalls_per_s": per_second(engine, lambda s: s["stalls"]["n"]),
        "gaps_per_s": per_second(engine, lambda s: sum(g["n"] - g["work"] for g in s["gaps"])),
        "bare_gaps_per_s": per_second(bare, lambda s: sum(len(c["long"]) for c in s["cpus"])),
        "longest_us": max(s["max"] / 1e3 for s in engine),
        "bare_longest_us": max(c["max"] / 1e3 for s in bare for c in s["cpus"]),
        "p50": [s["p50"] for s in engine], "p99": [s["p99"] for s in engine], "p9999": [s["p9999"] for s in engine],
    }

"""smoke_peers.py CACHE: every peer that can be built here goes every way that the table
says, closed loop and open, with batches and without; what it prints is a right line of
JSON. Records are checked by the programs themselves. Figures are not judged."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import bench_peers

SKIPS = 77
LOADS = (  # rate, batch, ops, records: more than the 1024 slots of a queue, and a batch that is not full
    (0, 1, 2, 3000),
    (0, 64, 3, 20001),
    (100000, 1, 1, 200),
    (1000000, 64, 1, 3000),
)


def look(line, peer, way, load):
    rate, batch, ops, records = load
    said = json.loads(line)
    assert said["program"] == peer.name and said["scenario"] == way.split()[0], said
    assert (said["rate"], said["batch"], said["ops"], said["records"]) == (rate, batch, ops, records), said
    assert said["seconds"] > 0 and said["records_per_s"] > 0, said
    if rate:
        assert said["seconds"] > 0.9 * (records - 1) / rate, said
        assert 0 < said["p50"] <= said["p99"] <= said["p999"] <= said["p9999"] <= said["max"], said
    else:
        assert "p50" not in said, said


def run(program, peer, way, load):
    """False: it says that it can't."""
    rate, batch, ops, records = load
    cpus = sorted(os.sched_getaffinity(0))
    words = bench_peers.arguments(way, rate=rate, batch=batch, ops=ops, records=records, cpu=cpus[0], cpu2=cpus[-1])
    done = subprocess.run([program] + words, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == SKIPS:
        print("skipped: %s, %s: %s" % (peer.name, way, done.stderr.strip() or "it does not have that"))
        return False
    assert done.returncode == 0, "%s, %s: %d: %s" % (peer.name, " ".join(words), done.returncode, done.stderr)
    look(done.stdout, peer, way, load)
    return True


def refuses(program, words, code):
    done = subprocess.run([program] + words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code and not done.stdout, (words, done)


def main(cache):
    ran = {}
    for peer in bench_peers.peers():
        try:
            program = bench_peers.build(peer, cache)
        except bench_peers.Missing as e:
            print("skipped: %s: %s" % (peer.name, e))
            continue
        ran[peer.name] = sum(run(program, peer, way, load) for way in peer.ways for load in LOADS)
        refuses(program, ["no_such_scenario"], SKIPS)
        refuses(program, [peer.ways[0].split()[0], "mode=no_such_mode"], SKIPS)
        print("%s: %d runs" % (peer.name, ran[peer.name]))
    # The one that needs nothing must not be skipped.
    assert ran["plain ring"] == 2 * len(LOADS), ran


main(*sys.argv[1:])

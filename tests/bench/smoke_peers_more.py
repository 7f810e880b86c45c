"""smoke_peers_more.py CACHE: those of the further peers that are installed go every way
that the table says, closed loop and open, with batches and without. Records are checked by
the programs themselves; here it is what they say. Figures are not judged, and nothing is
downloaded."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import bench_peers
import bench_peers_more

SKIPS = 77
LOADS = (  # rate, batch, ops, records
    (0, 1, 1, 3000),
    (0, 64, 4, 30001),
    (100000, 1, 3, 1000),
    (1000000, 64, 2, 3000),
)


def said(program, words):
    done = subprocess.run([program] + words, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def run(peer, program, way, load):
    rate, batch, ops, records = load
    cpus = sorted(os.sched_getaffinity(0))
    words = bench_peers.arguments(way, rate=rate, batch=batch, ops=ops, records=records, cpu=cpus[0], cpu2=cpus[-1])
    code, out, err = said(program, words)
    assert code == 0, "%s %s: %d: %s" % (peer.name, " ".join(words), code, err)
    j = json.loads(out)
    assert (j["program"], j["scenario"]) == (peer.name, words[0]), j
    assert (j["rate"], j["batch"], j["ops"], j["records"]) == load, j
    # Seconds are printed in whole microseconds: of 20 of them that is much.
    assert j["seconds"] > 0 and abs(j["records_per_s"] * j["seconds"] / records - 1) < 0.01 + 1e-6 / j["seconds"], j
    if rate == 0:
        assert "p50" not in j, j
        return
    # The last record is sent when it is due, and no sooner.
    assert j["seconds"] >= 0.99 * (records - 1) / rate, j
    assert 0 < j["p50"] <= j["p99"] <= j["p999"] <= j["p9999"] <= j["max"] <= j["seconds"] * 1e9, j


def look(peer, cache):
    try:
        program = bench_peers_more.build(peer, cache, may_install=False)
    except bench_peers.Missing as e:
        print("skipped: %s: %s" % (peer.name, e))
        return 0
    for way in peer.ways:
        for load in LOADS:
            run(peer, program, way, load)
    for words in (["no_such_scenario"], [peer.ways[0].split()[0], "mode=no_such_mode"]):
        code, out, _ = said(program, words)
        assert (code, out) == (SKIPS, ""), (peer.name, words, code, out)
    assert said(program, [peer.ways[0].split()[0], "bacth=1"])[0] == 2, peer.name
    print("%s: %d ways" % (peer.name, len(peer.ways)))
    return 1


def main(cache):
    if not sum(look(peer, cache) for peer in bench_peers_more.peers()):
        sys.exit(SKIPS)


main(*sys.argv[1:])

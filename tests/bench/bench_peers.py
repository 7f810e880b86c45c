"""The peers of the core benchmark: which there are, what each of them needs, and how it
is made. All answer as pace.h says."""

import os
import shutil
import subprocess
from typing import NamedTuple

import bench_build
from bench_build import Missing

PEERS = os.path.join(bench_build.HERE, "peers")
SDK = os.path.join(bench_build.HERE, "../../sdk/include")
COMMON = "-O3 -march=native -Wall -Wextra -pthread -I" + SDK
LANGUAGE = {".c": "-std=gnu11 -D_GNU_SOURCE", ".cc": "-std=c++17 -DNDEBUG"}
DPDK = "-DALLOW_EXPERIMENTAL_API"

HOP_POINTER = ("hop", "hop mode=pointer")


class Peer(NamedTuple):
    file: str         # of the folder peers
    name: str         # what it calls itself as "program"
    ways: tuple       # scenarios, each with what belongs to it in this peer's case
    packages: str     # of Debian
    needs: str = ""   # that says whether they are there: header, module of pkg-config, or $VARIABLE/header
    flags: str = ""
    libraries: str = ""


TABLE = (
    Peer("plain_ring.c", "plain ring", HOP_POINTER, ""),
    Peer("ck_ring.c", "ck_ring", HOP_POINTER, "libck-dev", "ck_ring.h", "", "-lck"),
    Peer("boost_spsc.cc", "boost spsc_queue", ("hop", "hop mode=value", "hop mode=one"), "libboost-dev",
         "boost/lockfree/spsc_queue.hpp"),
    Peer("rte_ring.c", "rte_ring", ("hop", "hop mode=pointer", "hop mode=elem"), "libdpdk-dev pkg-config", "libdpdk", DPDK,
         "-lrte_ring -lrte_eal"),
    Peer("rte_graph.c", "rte_graph", ("chain threads=1", "chain threads=2"), "libdpdk-dev pkg-config", "libdpdk", DPDK,
         "-lrte_graph -lrte_ring -lrte_eal"),
    Peer("rte_graph.c", "rte_graph, statistics", ("chain threads=1", "chain threads=2"), "libdpdk-dev pkg-config",
         "libdpdk", DPDK + " -DPEER_GRAPH_STATS", "-lrte_graph -lrte_ring -lrte_eal"),
    Peer("fastflow.cc", "FastFlow",
         ("hop", "hop mode=block", "hop mode=buffer", "hop mode=unbounded", "chain threads=1", "chain threads=2",
          "chain threads=ops+2", "chain threads=ops+2 mode=spin", "chain threads=ops+2 mode=yield"), "", "$FASTFLOW_DIR/ff/ff.hpp"),
)


def arguments(way, **more):
    """The command line behind the program: a way of the table, and key=value for the rest."""
    words = way.split()
    if "threads=ops+2" in words:
        words[words.index("threads=ops+2")] = "threads=%d" % (more["ops"] + 2)
    return words + ["%s=%s" % item for item in more.items()]


def peers():
    return TABLE


def build(peer, cache):
    """The program's path. Missing, with the words for it, if something is not installed."""
    source = os.path.join(PEERS, peer.file)
    ending = os.path.splitext(source)[1]
    compiler = os.environ.get("CC", "cc") if ending == ".c" else os.environ.get("CXX", "c++")
    if not shutil.which(compiler):
        raise Missing("there is no compiler %s (apt-get install gcc g++)" % compiler)
    # What pkg-config says comes first: DPDK's has a -march of its own.
    command = [compiler] + includes(peer) + (LANGUAGE[ending] + " " + COMMON + " " + peer.flags).split()
    return bench_build.compiled(os.path.splitext(peer.file)[0], command, [source], peer.libraries.split(), cache)


def includes(peer):
    if peer.needs.startswith("$"):
        return variable_includes(peer)
    missing = Missing("%s is not installed (apt-get install %s)" % (peer.name, peer.packages))
    if peer.needs and "." not in peer.needs:
        return module_includes(peer, missing)
    if peer.needs and not any(os.path.exists(os.path.join(d, peer.needs)) for d in ("/usr/include", "/usr/local/include")):
        raise missing
    return []


def module_includes(peer, missing):
    if not shutil.which("pkg-config"):
        raise missing
    done = subprocess.run(["pkg-config", "--cflags", peer.needs], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise missing
    return done.stdout.split()


def variable_includes(peer):
    variable, header = peer.needs[1:].split("/", 1)
    folder = os.environ.get(variable)
    if not folder:
        raise Missing("Debian does not have it; %s may say where it is" % variable)
    if not os.path.exists(os.path.join(folder, header)):
        raise Missing("%s has no %s" % (folder, header))
    return ["-isystem", folder]

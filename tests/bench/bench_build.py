"""Makes what the benchmark needs and Debian does not have: its own small programs, and
DuckDB from npm. Both are kept in a folder outside the tree."""

import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
C_FLAGS = "-std=c11 -D_GNU_SOURCE -O3 -march=native -Wall -Wextra -Wpedantic -Wshadow -pthread"
CC_FLAGS = "-std=c++17 -O3 -march=native -Wall -Wextra"  # without -pthread: see by_hand.h

PROGRAMS = {
    "make_ndjson": ["make_ndjson.c"],
    "make_csv": ["make_csv.c"],
    "timed": ["timed.c"],
    "noise": ["noise.c"],
    "relay": ["relay.c"],
    "pipe_trip": ["pipe_trip.c"],
    "by_hand_j1": ["by_hand_j1.cc"],
    "by_hand_j2": ["by_hand_j2.cc"],
    "by_hand_j3": ["by_hand_j3.c"],
    "by_hand_parse": ["by_hand_parse.cc"],
}


class Missing(Exception):
    """Something that is not installed, with the words for it."""


def first_line(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def compiler(source):
    """The command in front of the source, and the libraries behind it."""
    if source.endswith(".c"):
        return [os.environ.get("CC", "cc")] + C_FLAGS.split(), []
    cxx = os.environ.get("CXX", "c++")
    if not shutil.which(cxx):
        raise Missing("there is no C++ compiler (apt-get install g++)")
    if not any(os.path.exists(d + "/simdjson.h") for d in ("/usr/include", "/usr/local/include")):
        raise Missing("simdjson is not installed (apt-get install libsimdjson-dev)")
    return [cxx] + CC_FLAGS.split(), ["-lsimdjson"]


def build(name, cache):
    """Compiles a program unless that was done before with the same source; its path."""
    sources = [os.path.join(HERE, s) for s in PROGRAMS[name]]
    command, libraries = compiler(sources[0])
    return compiled(name, command, sources, libraries, cache)


def compiled(name, command, sources, libraries, cache):
    """Its path. The headers beside the sources and beside this file count as their parts."""
    sha = hashlib.sha256(" ".join(command + libraries + [first_line([command[0], "--version"])]).encode())
    for path in sources + headers({HERE} | {os.path.dirname(s) for s in sources}):
        with open(path, "rb") as f:
            sha.update(f.read())
    program = os.path.join(cache, "%s-%s" % (name, sha.hexdigest()[:16]))
    if not os.path.exists(program):
        os.makedirs(cache, exist_ok=True)
        part = "%s.%d" % (program, os.getpid())
        subprocess.run(command + ["-o", part] + sources + libraries, check=True)
        os.rename(part, program)
    return program


def headers(folders):
    return sorted(os.path.join(d, h) for d in folders for h in os.listdir(d) if h.endswith(".h"))


def duckdb(cache, may_install):
    """The folder that has DuckDB's node_modules."""
    if not shutil.which("node"):
        raise Missing("node is not installed (apt-get install nodejs npm)")
    folder = os.path.join(cache, "duckdb")
    wanted = os.path.join(HERE, "package.json")
    have = os.path.join(folder, "package.json")
    if os.path.isdir(os.path.join(folder, "node_modules/@duckdb/node-api")) and same(wanted, have):
        return folder
    if not may_install:
        raise Missing("DuckDB is not there, and --no-install forbids to get it")
    if not shutil.which("npm"):
        raise Missing("npm is not installed (apt-get install npm)")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(wanted, have)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode != 0:
        os.remove(have)
        raise Missing("npm could not install DuckDB: " + (done.stderr.strip().splitlines() or ["no reason given"])[0])
    return folder


def same(a, b):
    if not os.path.exists(b):
        return False
    with open(a, "rb") as x, open(b, "rb") as y:
        return x.read() == y.read()

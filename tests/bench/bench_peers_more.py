"""More peers of the core benchmark: those whose engines bring threads, tasks or a run time
of their own, and those in Java and Rust. The table has the form of bench_peers.py; only
how they are made differs."""

import hashlib
import os
import shutil
import subprocess

import bench_build
import bench_peers
from bench_peers import Missing, Peer

DISRUPTOR = "com.lmax:disruptor:4.0.0"
JAR = "disruptor-4.0.0.jar"
JAVA = "java -Xms64m -Xmx64m -XX:+AlwaysPreTouch -XX:+UseSerialGC -XX:-UsePerfData"

TABLE = (
    Peer("tbb_flow.cc", "oneTBB flow_graph",
         ("chain threads=1", "chain threads=1 mode=queueing", "chain threads=2", "chain threads=ops+2"), "libtbb-dev",
         "oneapi/tbb/flow_graph.h", "", "-ltbb"),
    Peer("tbb_pipeline.cc", "oneTBB parallel_pipeline", ("chain threads=1", "chain threads=2", "chain threads=ops+2"),
         "libtbb-dev", "oneapi/tbb/parallel_pipeline.h", "", "-ltbb"),
    Peer("gstreamer.c", "GStreamer", ("hop", "chain threads=1", "chain threads=2", "chain threads=ops+2"),
         "libgstreamer1.0-dev pkg-config", "module gstreamer-1.0"),
    Peer("gnuradio.cc", "GNU Radio", ("hop", "hop mode=free", "chain threads=ops+2", "chain threads=ops+2 mode=free"),
         "gnuradio-dev pkg-config", "module gnuradio-runtime", "", "-lfmt"),
    Peer("Disruptor.java", "Disruptor",
         ("hop", "hop mode=yield", "hop mode=block", "chain threads=2", "chain threads=ops+2",
          "chain threads=ops+2 mode=block"), "openjdk-17-jdk-headless maven"),
    Peer("rust/src/bin/crossbeam.rs", "crossbeam",
         ("hop", "hop mode=block", "hop mode=array", "chain threads=2", "chain threads=2 mode=block",
          "chain threads=2 mode=array", "chain threads=ops+2", "chain threads=ops+2 mode=array"), "cargo"),
    Peer("rust/src/bin/disruptor.rs", "disruptor-rs",
         ("hop", "hop mode=yield", "chain threads=2", "chain threads=ops+2"), "cargo", "", "--features=disruptor"),
)


def peers():
    return TABLE


def build(peer, cache, may_install=True):
    """The program's path. Missing, with the words for it, if something is not installed,
    or would have to be got from Maven or crates.io and must not."""
    if peer.file.endswith(".java"):
        return java(peer, cache, may_install)
    if peer.file.endswith(".rs"):
        return rust(peer, cache, may_install)
    if peer.needs.startswith("module "):
        peer = with_module(peer, peer.needs.split()[1])
    return bench_peers.build(peer, cache)


def not_installed(peer):
    return Missing("%s is not installed (apt-get install %s)" % (peer.name, peer.packages))


def first_error(done):
    lines = (done.stderr + done.stdout).strip().splitlines()
    return next((s for s in lines if "error" in s.lower()), lines[-1] if lines else "no reason given")


def with_module(peer, module):
    if not shutil.which("pkg-config"):
        raise not_installed(peer)
    said = [subprocess.run(["pkg-config", what, module], capture_output=True, text=True, check=False)
            for what in ("--cflags", "--libs")]
    if any(done.returncode != 0 for done in said):
        raise not_installed(peer)
    cflags, libraries = (done.stdout.strip() for done in said)
    return peer._replace(needs="", flags=cflags, libraries=libraries + " " + peer.libraries)


def java(peer, cache, may_install):
    """A script that starts it."""
    if not all(shutil.which(tool) for tool in ("java", "javac", "mvn")):
        raise not_installed(peer)
    jar = os.path.join(cache, JAR)
    if not os.path.exists(jar):
        get_jar(cache, may_install)
    source = os.path.join(bench_peers.PEERS, peer.file)
    with open(source, "rb") as f:
        sha = hashlib.sha256(f.read() + (JAVA + bench_build.first_line(["javac", "--version"])).encode())
    folder = os.path.join(cache, "Disruptor-" + sha.hexdigest()[:16])
    script = os.path.join(folder, "Disruptor")
    if not os.path.exists(script):
        subprocess.run(["javac", "-Xlint:all", "-cp", jar, "-d", folder, source], check=True)
        with open(script + ".part", "w", encoding="utf-8") as f:
            f.write('#!/bin/sh\nexec %s -cp "%s:%s" Disruptor "$@"\n' % (JAVA, jar, folder))
        os.chmod(script + ".part", 0o755)
        os.rename(script + ".part", script)
    return script


def get_jar(cache, may_install):
    os.makedirs(cache, exist_ok=True)
    done = subprocess.run(["mvn", "-q", "-B"] + ([] if may_install else ["-o"]) +
                          ["dependency:copy", "-Dartifact=" + DISRUPTOR, "-DoutputDirectory=" + os.path.abspath(cache)],
                          cwd=cache, capture_output=True, text=True, check=False)
    if not os.path.exists(os.path.join(cache, JAR)):
        if not may_install:
            raise Missing("the Disruptor is not there, and must not be got from Maven")
        raise Missing("Maven could not get the Disruptor: " + first_error(done))


def rust(peer, cache, may_install):
    if not shutil.which("cargo"):
        raise not_installed(peer)
    name = os.path.splitext(os.path.basename(peer.file))[0]
    target = os.path.abspath(os.path.join(cache, "rust"))
    command = ["cargo", "build", "--release", "--locked", "--bin", name, "--target-dir", target] + peer.flags.split()
    done = subprocess.run(command + ([] if may_install else ["--offline"]), capture_output=True, text=True, check=False,
                          cwd=os.path.join(bench_peers.PEERS, "rust"),
                          env=dict(os.environ, RUSTFLAGS="-C target-cpu=native"))
    if done.returncode != 0:
        raise Missing("cargo could not build it%s: %s" % ("" if may_install else " offline", first_error(done)))
    return os.path.join(target, "release", name)

#!/usr/bin/env python3
"""Checks a Promela model with SPIN, and that each of the mutants in it fails.

    spin.py CC MODEL.pml

A mutant is a line "MUTANT number what is wrong" in the model's first comment; it is the
model with -DMUTANT=number. Ends with 77 if there is no spin (Debian package spin).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def verify(cc, model, mutant, to):
    """What pan says of it."""
    quiet = {"cwd": to, "check": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    try:
        subprocess.run(["spin", "-DMUTANT=%d" % mutant, "-a", model], **quiet)
        subprocess.run([cc, "-O0" if mutant else "-O1", "-w", "-DSAFETY", "-DMEMLIM=1500", "-o", "pan", "pan.c"], **quiet)
        return subprocess.run([os.path.join(to, "pan"), "-m100000"], **quiet).stdout
    except subprocess.CalledProcessError as e:
        sys.exit("%s: %s" % (" ".join(e.cmd), e.stdout))


def main(cc, model):
    if not shutil.which("spin"):
        print("skipped: there is no spin here; apt-get install spin")
        return 77
    model = os.path.abspath(model)
    with open(model) as f:
        mutants = re.findall(r"^ \* MUTANT (\d+) (.*)$", f.read(), flags=re.M)
    bad = 0
    for number, what in [(0, "as it is")] + mutants:
        with tempfile.TemporaryDirectory() as to:
            said = verify(cc, model, int(number), to)
        errors = re.search(r"errors: (\d+)", said)
        states = re.search(r"(\d+) states, stored", said)
        if not errors or not states or "MEMLIM" in said or "too small" in said:
            sys.exit("not searched to its end:\n" + said)
        found = re.search(r"^pan:1: (.*?) \(at depth", said, flags=re.M)
        ok = (errors.group(1) == "0") == (number == 0)
        bad += not ok
        print("%s %-70s %9s states: %s%s" % (number, what, states.group(1), found.group(1) if found else "nothing found",
                                            "" if ok else ", WHICH IS NOT AS EXPECTED"))
    if not mutants:
        sys.exit("no mutants in " + model)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""What the scripts here share: a graph from Python's maps, runs of it in several shapes, and
comparing bytes. A script ends with finish()."""

import json
import os
import shutil
import subprocess
import sys

SHAPES = [["--workers", w, "--slots", s] for w in ("1", "2", "5") for s in ("2", "4096")]
LIMIT = 120  # seconds a run may take


class Bench:
    def __init__(self, thalweg, scratch):
        self.thalweg, self.scratch, self.failed = thalweg, scratch, 0
        shutil.rmtree(scratch, ignore_errors=True)
        os.makedirs(scratch)

    def path(self, name):
        return os.path.join(self.scratch, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def read(self, name):
        try:
            with open(self.path(name), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def fail(self, words):
        self.failed += 1
        print("FAILED: " + words)

    def graph(self, name, nodes, edges):
        text = json.dumps({"thalweg": "1", "name": name, "nodes": nodes, "edges": edges}, ensure_ascii=False)
        return self.write(name + ".json", text.encode())

    def run(self, graph, options=(), feed=None):
        """The report of a run that must end well, as JSON, or None."""
        args = [self.thalweg, "run", "--json", *options, graph]
        try:
            done = subprocess.run(args, input=feed, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.fail("%s is not done after %d s" % (" ".join(args), LIMIT))
            return None
        if done.returncode:
            self.fail("%s: exit %d: %s" % (" ".join(args), done.returncode, done.stderr.decode(errors="replace")[-2000:]))
            return None
        report = json.loads(done.stdout)
        for n in report["nodes"]:
            if n["errors_lost"] or n["dropped"]:
                self.fail("%s: node %s lost rows: %s" % (" ".join(args), n["id"], n))
        return report

    def same(self, what, got, want):
        """Two byte strings or lists, and where they part."""
        if got == want:
            return True
        if isinstance(got, bytes):
            got, want = got.split(b"\n"), want.split(b"\n")
        got = got or []
        at = next((i for i, (g, w) in enumerate(zip(got, want)) if g != w), min(len(got), len(want)))
        self.fail("%s: %d lines, %d are wanted; line %d is" % (what, len(got), len(want), at))
        print("  %.600r\nand should be\n  %.600r" % (got[at] if at < len(got) else None, want[at] if at < len(want) else None))
        return False

    def finish(self):
        if not self.failed:
            shutil.rmtree(self.scratch)
        sys.exit(1 if self.failed else 0)


def shown(v):
    """A value as file_out writes it in NDJSON."""
    if isinstance(v, float) and v == int(v) and abs(v) < 1e15:
        v = int(v)
    return json.dumps(v, ensure_ascii=False)


def ndjson(names, rows):
    return "".join(
        "{" + ",".join(json.dumps(n, ensure_ascii=False) + ":" + shown(v) for n, v in zip(names, row)) + "}\n" for row in rows
    ).encode()


def csv(names, rows):
    """CSV as file_out writes it: lines end with a newline alone, null is empty, an empty text is in quotes."""

    def cell(v):
        if v is None:
            return ""
        if not isinstance(v, str):
            return shown(v)
        return '"' + v.replace('"', '""') + '"' if v == "" or any(c in v for c in '",\r\n') else v

    return "".join(",".join(cell(v) for v in row) + "\n" for row in [names, *rows]).encode()


def lower(s):
    """ASCII letters only, as expr."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in s)


def chain(*nodes):
    return [a + " -> " + b for a, b in zip(nodes, nodes[1:])]

#!/usr/bin/env python3
"""pictures.py THALWEG SOURCE [--write] - every example graph has its picture in graphs/README.md, and it is the one that
`thalweg graph` draws today. --write puts them there."""

import glob
import json
import os
import re
import subprocess
import sys

thalweg, source = sys.argv[1:3]
HEAD = "## Pictures\n"


def section(path):
    with open(path, encoding="utf-8") as f:
        graph = json.load(f)
    done = subprocess.run([thalweg, "graph", path], capture_output=True, text=True)
    if done.returncode:
        sys.exit("FAILED: thalweg graph %s: exit %d: %s" % (path, done.returncode, done.stderr))
    words = graph.get("description", "")
    return "### %s\n%s```mermaid\n%s```\n" % (os.path.basename(path), words + "\n" if words else "", done.stdout)


graphs = [p for p in sorted(glob.glob(os.path.join(source, "graphs", "*.json"))) if not p.endswith("graph.schema.json")]
want = HEAD + "As `thalweg graph` draws them: rounded are sources, double-edged are sinks, red is `err`.\n\n" + "\n".join(map(section, graphs))
readme = os.path.join(source, "graphs", "README.md")
with open(readme, encoding="utf-8") as f:
    text = f.read()
got = re.search(re.escape(HEAD) + r".*?(?=\n## |\Z)", text, re.S)
if "--write" in sys.argv:
    text = text[: got.start()] + want + text[got.end() :] if got else text + "\n" + want
    with open(readme, "w", encoding="utf-8") as f:
        f.write(text)
elif not graphs or not got or got.group().strip() != want.strip():
    sys.exit("FAILED: the pictures in graphs/README.md are not those of the graphs: run pictures.py with --write")

"""table.py THALWEG SCRATCH - table_out on a real pseudo-terminal: what stands on the screen, whose sequences a small model
of a terminal obeys; the cursor is given back; nothing is wider than the terminal; elsewhere no sequence is printed."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

from harness import Bench

b = Bench(sys.argv[1], sys.argv[2])


class Screen:
    """As much of a terminal as is needed; anything else raises."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.lines, self.row, self.col = [[" "] * width for _ in range(height)], 0, 0
        self.visible, self.ups, self.styles, self.wrapped, self.clears = True, 0, 0, 0, 0

    def down(self):
        self.row += 1
        if self.row == self.height:
            self.lines = self.lines[1:] + [[" "] * self.width]
            self.row -= 1

    def put(self, c):
        if unicodedata.combining(c):
            return
        wide = 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if self.col + wide > self.width:
            self.wrapped += 1
            self.col = 0
            self.down()
        self.lines[self.row][self.col : self.col + wide] = [c, ""][:wide]
        self.col += wide

    def erase(self, row, col=0):
        self.lines[row][col:] = [" "] * (self.width - col)

    def command(self, number, letter):
        if letter == "A":
            self.ups += 1
            self.row = max(0, self.row - int(number))
        elif letter == "K" and number == "":
            self.erase(self.row, self.col)
        elif letter == "J" and number == "":
            self.erase(self.row, self.col)
            for r in range(self.row + 1, self.height):
                self.erase(r)
        elif letter == "J" and number == "2":
            self.clears += 1
            for r in range(self.height):
                self.erase(r)
        elif letter == "H" and number == "":
            self.row = self.col = 0
        elif letter == "m":
            self.styles += number in ("1", "2")
        elif letter in "hl" and number == "?25":
            self.visible = letter == "h"
        else:
            raise ValueError("ESC [ %s %s" % (number, letter))

    def feed(self, text):
        for m in re.finditer(r"\x1b\[([?0-9;]*)([A-Za-z])|(.|\n)", text, re.S):
            c = m.group(3)
            if c is None:
                self.command(m.group(1), m.group(2))
            elif c == "\r":
                self.col = 0
            elif c == "\n":
                self.down()
            elif c < " ":
                raise ValueError("control character %r" % c)
            else:
                self.put(c)

    def text(self):
        return "".join("".join(r).rstrip() + "\n" for r in self.lines).rstrip("\n") + "\n"


def set_size(fd, width, height):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


class Terminal:
    """A run whose standard output is a terminal."""

    def __init__(self, graph, width, height, options=("--quiet",), all_fds=False, **env):
        self.fd, slave = pty.openpty()
        set_size(self.fd, width, height)
        env = {k: v for k, v in {**os.environ, "TERM": "xterm", "NO_COLOR": None, **env}.items() if v is not None}
        self.screen, self.bytes = Screen(width, height), b""
        args = [b.thalweg, "run", *options, graph]
        self.process = subprocess.Popen(args, stdout=slave, stderr=slave if all_fds else subprocess.PIPE, env=env)
        os.close(slave)

    def until(self, done):
        """Feed the screen until done(), or the program has ended."""
        end = time.monotonic() + 60
        while not done():
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                b.fail("nothing more came from the terminal")
                self.process.kill()
                break
            try:
                got = os.read(self.fd, 65536)
            except OSError:
                break
            if not got:
                break
            self.bytes += got
            whole = self.bytes.rfind(b"\n") + 1 if not done() else 0
            self.pending(whole)

    fed = 0

    def pending(self, to):
        if to > self.fed:
            self.screen.feed(self.bytes[self.fed : to].decode())
            self.fed = to

    def end(self):
        self.until(lambda: False)
        self.pending(len(self.bytes))
        os.close(self.fd)
        return self.process.wait(60)


def graph(config, count=3000, rate=3000, width=6, name="g"):
    fields = {
        "id": {"type": "i64", "gen": "seq"},
        "service": {"type": "str", "gen": "hex", "n": 5, "length": width},
        "load": {"type": "i64", "gen": "uniform", "min": 0, "max": 10000000},
    }
    nodes = {
        "gen": {"op": "gen", "config": {"seed": 3, "count": count, "rate": rate, "fields": fields}},
        "table": {"op": "table_out", "config": config},
    }
    return b.graph(name, nodes, ["gen -> table"])


def plain(g, **env):
    done = subprocess.run([b.thalweg, "run", "--quiet", g], capture_output=True, timeout=60, env={**os.environ, **env})
    if done.returncode or done.stderr:
        b.fail("plain: exit %d, %r" % (done.returncode, done.stderr))
    if b"\x1b" in done.stdout:
        b.fail("plain: an escape sequence in %r" % done.stdout)
    return done.stdout.decode()


def check(what, ok, seen=""):
    if not ok:
        b.fail("%s: %s" % (what, seen))


def live():
    g = graph({"by": ["service"], "sort": "-load", "every": "50ms"})
    want = plain(g)
    check("five services", want.count("\n") == 7 and "5 of 5 keys, 3000 rows" in want, want)
    t = Terminal(g, 80, 24)
    t.until(lambda: t.screen.ups >= 3)
    check("the cursor is hidden while the table lives", not t.screen.visible)
    code = t.end()
    check("live", code == 0, "exit %d" % code)
    b.same("the last picture", t.screen.text(), want)
    check("drawn in place", t.screen.ups >= 3, "%d times" % t.screen.ups)
    check("the cursor is given back", t.screen.visible)
    check("names stand out", t.screen.styles > 0)
    check("no line wraps", t.screen.wrapped == 0)
    print(t.screen.text(), end="")


def without_color():
    g = graph({"by": ["service"], "sort": "-load", "every": "50ms"}, 500)
    t = Terminal(g, 80, 24, NO_COLOR="1")
    t.end()
    check("NO_COLOR", t.screen.styles == 0 and b"\x1b[0m" not in t.bytes, t.bytes)
    b.same("NO_COLOR", t.screen.text(), plain(g))
    t = Terminal(g, 80, 24, TERM="dumb")
    t.end()
    check("a dumb terminal", b"\x1b" not in t.bytes, t.bytes)


def small():
    """Texts get narrower, then columns go; rows that do not fit are not drawn."""
    g = graph({"top": 50}, 300, 3000, width=30)
    t = Terminal(g, 36, 8)
    t.end()
    lines = t.screen.text().splitlines()
    check("small", t.screen.wrapped == 0 and max(len(x) for x in lines) <= 36, lines)
    check("small: rows", len(lines) == 7 and lines[-1] == "5 of 300 rows", lines)
    check("small: a text is cut", "…" in lines[1], lines)
    g = graph({"top": 3}, 300, 3000, width=30)
    t = Terminal(g, 14, 20)
    t.end()
    lines = t.screen.text().splitlines()
    check("tiny", t.screen.wrapped == 0 and lines[0].split() == ["id", "service"], lines)


def resized():
    g = graph({"by": ["service"], "sort": "-load", "every": "20ms"}, 6000)
    t = Terminal(g, 80, 24)
    t.until(lambda: t.screen.ups >= 2)
    set_size(t.fd, 60, 20)
    t.until(lambda: t.screen.clears)
    check("a new size is seen", t.screen.clears == 1)
    t.end()
    b.same("resized", t.screen.text(), plain(g))


def with_progress():
    """What `run` says of memory stands above the table, its line of progress below, and its report after it."""
    g = graph({"by": ["service"], "sort": "-load", "every": "50ms"})
    t = Terminal(g, 100, 30, options=(), all_fds=True)
    t.end()
    memory, _, rest = t.screen.text().partition("\n")
    check("with progress", memory.startswith("memory: ") and rest.startswith(plain(g)) and "g: finished in" in rest, t.screen.text())


def interrupted():
    for signals in (1, 2):
        g = graph({"by": ["service"], "every": "20ms"}, 10000000)
        t = Terminal(g, 80, 24)
        t.until(lambda: t.screen.ups >= 2)
        for _ in range(signals):
            t.process.send_signal(signal.SIGINT)
        t.end()
        check("interrupted: the cursor is given back", t.screen.visible, t.bytes[-200:])


def failed():
    """Another node fails: the table's node is not finished, but destroyed."""
    fields = {"id": {"type": "i64", "gen": "seq"}}
    gen = {"op": "gen", "config": {"count": 3000, "rate": 3000, "fields": fields}}
    keep = {"op": "expr", "config": {"where": "id > 1500"}}
    out = {"op": "file_out", "config": {"path": "/dev/full"}}
    table = {"op": "table_out", "config": {"every": "20ms"}}
    nodes = {"gen": gen, "keep": keep, "out": out, "table": table}
    t = Terminal(b.graph("f", nodes, ["gen -> keep", "keep -> out", "gen -> table"]), 80, 24)
    t.until(lambda: t.screen.ups)
    check("failed: hidden before", not t.screen.visible)
    code = t.end()
    check("failed: the cursor is given back", code == 1 and t.screen.visible, "exit %d, %r" % (code, t.bytes[-200:]))


for case in (live, without_color, small, resized, with_progress, interrupted, failed):
    case()
b.finish()

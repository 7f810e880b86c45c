"""compare.py GOT WANT [COLUMN...]: the same lines in any order, byte for byte; but the numbers
of the named columns may be off by 1 % of what is wanted.

Prints the first differences and ends with 1 if there are any."""

import re
import sys

WITHIN = 0.0100001  # the accuracy asked of quantiles, and the rounding of the comparison itself


def load(path, columns):
    """(what must be equal, the numbers that may be near), sorted."""
    number = re.compile(r'("(?:%s)"):(-?[0-9][0-9.eE+-]*)' % "|".join(map(re.escape, columns))) if columns else None
    out = []
    with open(path, encoding="utf-8", newline="\n") as f:
        for line in f:
            near = [float(m.group(2)) for m in number.finditer(line)] if number else []
            out.append((number.sub(r"\1:~", line) if number else line, near))
    return sorted(out)


def main():
    got, want = load(sys.argv[1], sys.argv[3:]), load(sys.argv[2], sys.argv[3:])
    found = 0
    if len(got) != len(want):
        print("%d lines, but %d are wanted" % (len(got), len(want)))
        found += 1
    missing = sorted(set(w for w, _ in want) - set(g for g, _ in got))
    strange = sorted(set(g for g, _ in got) - set(w for w, _ in want))
    for title, lines in (("is missing", missing), ("should not be there", strange)):
        found += len(lines)
        for line in lines[:5]:
            print("%s: %s" % (title, line.rstrip("\n")))
    if not found:
        for (line, g), (_, w) in zip(got, want):
            if any(abs(a - b) > WITHIN * abs(b) for a, b in zip(g, w)):
                found += 1
                if found <= 5:
                    print("too far off: %s got %s, wanted %s" % (line.rstrip("\n"), g, w))
    if found:
        print("%d differences" % found)
    else:
        print("the same %d lines" % len(got))
    return 1 if found or not want else 0


sys.exit(main())

"""expr_sqlite.py THALWEG SCRATCH GRAPHS [SEED]: random expressions over random rows, with nulls: what
`expr` and `route` make of them in a running graph must be what SQLite makes of them.

An expression is made as a pair, in our language and in SQLite's. They are the same text but where
the semantics differ on purpose, and each such place is one of the rules below:
  - an integer result that overflows is null here and a REAL there: whole()
  - `/` of integers is a float here: CAST AS REAL; `div` is `/` there
  - a float that fits no i64 casts to null here, and to the nearest integer there
  - an integer is compared with a float as a float: CAST AS REAL
  - functions of another name: starts_with, contains, ends_with, position, concat, least, greatest, if, the time functions
Not made: NaN and infinities (SQLite has none), texts cast to numbers (SQLite takes any prefix), comparisons
of a text with a number (an error here), substr from below 1 (counts from the end there)."""

import json
import random
import sqlite3
import sys

import harness

ROWS, COLUMNS = 200, 100
FIELDS = {"o": "i64", "i": "i64", "j": "i64", "k": "i32", "w": "u32", "p": "i64", "f": "f64", "g": "f64", "h": "f32", "b": "bool",
          "c": "bool", "s": "str", "t": "str", "ts": "timestamp"}
NOT_NULL = {"o", "g", "c", "t"}
WORDS = ["", "a", "A", "ab", "b", "abc", " a ", "\ta\n", "aXb", "xaby", "é", "aé", "Ünder", "日本語", "a%b", "a_b", "quick brown fox", "The quick brown fox",
         "a text of more than twelve bytes", "0123456789ab", "0123456789abc", "it's"]
BIG = [9223372036854775807, -9223372036854775807, 4611686018427387904, 3037000500, 9007199254740993]
FLOOR_S = "((%s - ((%s %% 1000000000) + 1000000000) %% 1000000000) / 1000000000)"
UNITS = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S"}


def whole(x):
    return x if isinstance(x, int) else None


def quoted(s):
    return "'" + s.replace("'", "''") + "'"


class Maker:
    """Random pairs (ours, SQLite's) of type i, f, b, s or t (a time)."""

    def __init__(self, rnd):
        self.r = rnd

    def make(self, kind, depth):
        if depth <= 0 or self.r.random() < 0.1:
            return self.leaf(kind)
        return getattr(self, "inner_" + kind)(depth - 1)

    def leaf(self, kind):
        r = self.r
        if r.random() < 0.04:
            type_ = {"i": "i64", "f": "f64", "b": "bool", "s": "str", "t": "timestamp"}[kind]
            return "cast(null as %s)" % type_, "NULL"
        if r.random() < 0.65:
            name = r.choice({"i": ["i", "j", "k", "p", "o", "w"], "f": ["f", "g", "h"], "b": ["b", "c"], "s": ["s", "t"], "t": ["ts"]}[kind])
            return ("cast(w as i64)", "w") if name == "w" else (name, name)
        if kind == "i":
            v = str(r.choice([0, 1, 2, 3, 7, 10, 100, -1, -5, r.randrange(-1000, 1000), r.choice(BIG)]))
            return (v, v) if v[0] != "-" else ("(%s)" % v, "(%s)" % v)
        if kind == "f":
            v = repr(r.choice([0.0, 0.5, 1.5, 2.0, 100.25, round(r.uniform(0, 1000), 3)]))
            return v, v
        if kind == "b":
            return r.choice([("true", "1"), ("false", "0")])
        if kind == "t":
            return "ts('2026-03-01T12:34:56.789Z')", "1772368496789000000"
        v = quoted(r.choice(WORDS))
        return v, v

    def same(self, template, depth, kinds):
        """One text for both; {0} {1}... are expressions of these kinds."""
        return self.pair(template, template, depth, kinds)

    def pair(self, ours, theirs, depth, kinds):
        args = [self.make(k, depth) for k in kinds]
        return ours.format(*[a[0] for a in args]), theirs.format(*[a[1] for a in args])

    def shared(self, kind, depth):
        """What there is for every type."""
        r = self.r
        what = r.randrange(6)
        if what == 0:
            return self.pair("if({0}, {1}, {2})", "iif({0}, {1}, {2})", depth, "b" + kind * 2)
        if what == 1:
            return self.same("coalesce({0}, {1})", depth, kind * 2)
        if what == 2:
            return self.same("nullif({0}, {1})", depth, kind * 2)
        if what == 3:
            return self.same("(case when {0} then {1} when {2} then {3} else {4} end)", depth, "b" + kind + "b" + kind * 2)
        if what == 4:
            return self.same("(case when {0} then {1} end)", depth, "b" + kind)
        if kind == "b":
            return self.same("({0} and {1} or {2})", depth, "bbb")
        f = r.choice([("least", "min"), ("greatest", "max")])
        return self.pair(f[0] + "({0}, {1}, {2})", f[1] + "({0}, {1}, {2})", depth, kind * 3)

    def inner_i(self, d):
        r = self.r
        what = r.randrange(12)
        if what < 4:
            op = r.choice("+-*")
            return self.pair("({0} %s {1})" % op, "whole({0} %s {1})" % op, d, "ii")
        if what == 4:
            return self.pair("({0} div {1})", "whole({0} / {1})", d, "ii")
        if what == 5:
            return self.same("({0} % {1})", d, "ii")
        if what == 6:
            return self.pair("(-{0})", "whole(- {0})", d, "i")
        if what == 7:
            return self.pair("abs({0})", "CASE WHEN {0} <> -9223372036854775808 THEN abs({0}) END", d, "i")
        if what == 8:
            return self.same("length({0})", d, "s") if r.random() < 0.6 else self.pair("position({0}, {1})", "instr({0}, {1})", d, "ss")
        if what == 9:
            return self.pair("cast({0} as i64)", "{0}", d, r.choice("bt"))
        if what == 10:
            return self.time_part(d) if r.random() < 0.5 else self.pair(
                "cast({0} as i64)", "CASE WHEN {0} >= -9223372036854775808.0 AND {0} < 9223372036854775808.0 THEN CAST({0} AS INTEGER) END", d, "f")
        return self.shared("i", d)

    def time_part(self, d):
        unit = self.r.choice(list(UNITS))
        t = self.make("t", min(d, 1))
        return "%s(%s)" % (unit, t[0]), "CAST(strftime('%s', %s, 'unixepoch') AS INTEGER)" % (UNITS[unit], FLOOR_S % (t[1], t[1]))

    def inner_f(self, d):
        r = self.r
        what = r.randrange(9)
        if what < 3:
            op = r.choice("+-*")
            kinds = r.choice(["ff", "ff", "if", "fi"])
            return self.same("({0} %s {1})" % op, d, kinds)
        if what == 3:
            return self.pair("({0} / {1})", "(CAST({0} AS REAL) / {1})", d, r.choice(["ff", "ii", "fi", "if"]))
        if what == 4:
            return self.same("(- {0})", d, "f")
        if what == 5:
            f = r.choice(["abs", "floor", "ceil", "sqrt"])
            return self.same(f + "({0})", d, "f")
        if what == 6:
            return self.pair("cast({0} as f64)", "CAST({0} AS REAL)", d, "i")
        if what == 7:
            return self.same("round({0})", d, "f")
        return self.shared("f", d)

    def inner_b(self, d):
        r = self.r
        what = r.randrange(13)
        op = r.choice(["=", "<>", "<", "<=", ">", ">="])
        if what < 4:
            kind = r.choice("iifstb")
            return self.same("({0} %s {1})" % op, d, kind * 2) if kind != "b" else self.same("({0} = {1})", d, "bb")
        if what == 4:
            return self.pair("({0} %s {1})" % op, "(CAST({0} AS REAL) %s {1})" % op, d, "if")
        if what == 5:
            return self.same("({0} %s {1})" % r.choice(["and", "or"]), d, "bb")
        if what == 6:
            return self.same("(not {0})", d, "b")
        if what == 7:
            return self.same("({0} is %s null)" % r.choice(["", "not"]), d, r.choice("ifbst"))
        if what == 8:
            return self.is_in(d)
        if what == 9:
            kind = r.choice("ifs")
            return self.same("({0} %s between {1} and {2})" % r.choice(["", "not"]), d, kind * 3)
        if what == 10:
            return self.text_test(d)
        if what == 11:
            return self.pair("(w %s {0})" % op, "(w %s {0})" % op, d, "i")
        return self.shared("b", d)

    def is_in(self, d):
        r = self.r
        kind = r.choice("ifs")
        n = r.choice([1, 2, 4, 9, 12, 20])
        if kind == "i":
            values = [str(r.choice([r.randrange(0, 30), r.randrange(0, 10**6)])) for _ in range(n)]
        elif kind == "f":
            values = [repr(r.randrange(0, 60) / 4) for _ in range(n)]
        else:
            values = [quoted(r.choice(WORDS)) for _ in range(n)]
        if r.random() < 0.2:
            values[r.randrange(n)] = "null"
        if all(v == "null" for v in values):
            values.append({"i": "1", "f": "0.25", "s": "'a'"}[kind])
        return self.same("({0} %s in (%s))" % (r.choice(["", "not"]), ", ".join(values)), d, kind)

    def text_test(self, d):
        r = self.r
        what = r.randrange(4)
        if what == 0:
            pattern = r.choice(["a%", "%b", "%a%", "_", "__", "a_b", "%", "", "%quick%fox", "a%b%", "_a%", "é", "%é", "%x%y", "%_b", "Th_ %"])
            return self.same("({0} %s like '%s')" % (r.choice(["", "not"]), pattern.replace("{", "")), d, "s")
        if what == 1:
            return self.pair("starts_with({0}, {1})", "(instr({0}, {1}) = 1)", d, "ss")
        if what == 2:
            return self.pair("contains({0}, {1})", "(instr({0}, {1}) > 0)", d, "ss")
        return self.pair("ends_with({0}, {1})", "(length({1}) <= length({0}) AND substr({0}, length({0}) - length({1}) + 1) = {1})",
                         min(d, 1), "ss")

    def inner_s(self, d):
        r = self.r
        what = r.randrange(8)
        if what == 0:
            return self.same(r.choice(["lower", "upper"]) + "({0})", d, "s")
        if what == 1:
            return self.pair("trim({0})", "trim({0}, ' ' || char(9, 10, 13))", d, "s")
        if what == 2:
            return self.same("substr({0}, %d, %d)" % (r.randrange(1, 9), r.randrange(0, 15)), d, "s")
        if what == 3:
            return self.same("substr({0}, p)", d, "s")
        if what == 4:
            return self.pair(r.choice(["concat({0}, {1})", "({0} || {1})"]), "({0} || {1})", min(d, 1), "ss")
        if what == 5:
            return self.same("replace({0}, %s, %s)" % (quoted(r.choice(WORDS)), quoted(r.choice(WORDS[:8]))), min(d, 1), "s")
        if what == 6:
            return self.pair("cast({0} as str)", "CAST({0} AS TEXT)", d, "i")
        return self.shared("s", d)

    def inner_t(self, d):
        r = self.r
        what = r.randrange(4)
        if what == 0:
            n = r.choice([1, 30, 90])
            unit, ns = r.choice([("ms", 10**6), ("s", 10**9), ("m", 60 * 10**9), ("d", 86400 * 10**9)])
            op = r.choice("+-")
            return self.pair("({0} %s %d%s)" % (op, n, unit), "whole({0} %s %d)" % (op, n * ns), d, "t")
        if what == 1:
            unit = r.choice(["second", "minute", "hour", "day", "month", "year"])
            t = self.make("t", min(d, 1))
            s = FLOOR_S % (t[1], t[1])
            span = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}.get(unit)
            if span:
                return "date_trunc('%s', %s)" % (unit, t[0]), "((%s - ((%s %% %d) + %d) %% %d) * 1000000000)" % (s, s, span, span, span)
            return "date_trunc('%s', %s)" % (unit, t[0]), "(CAST(strftime('%%s', %s, 'unixepoch', 'start of %s') AS INTEGER) * 1000000000)" % (s, unit)
        if what == 2:
            return self.leaf("t")
        return self.shared("t", d)


def random_row(r, o):
    ns = r.randrange(-2 * 10**18, 4 * 10**18) // r.choice([1, 1, 10**6])
    row = {
        "o": o, "i": r.choice([r.randrange(-20, 30), r.randrange(-10**6, 10**6), r.choice(BIG)]), "j": r.randrange(-3, 20),
        "k": r.choice([r.randrange(-100, 100), 2147483647, -2147483648]), "w": r.choice([r.randrange(0, 30), 4294967295]),
        "p": r.randrange(1, 12), "f": round(r.uniform(-1000, 1000), r.choice([0, 1, 2, 9])), "g": r.randrange(-40, 60) / 4,
        "h": r.randrange(-40, 60) / 8, "b": r.random() < 0.5, "c": r.random() < 0.7, "s": r.choice(WORDS), "t": r.choice(WORDS), "ts": ns,
    }
    for name in row:
        if name not in NOT_NULL and r.random() < 0.15:
            row[name] = None
    return row


def iso(ns):
    day, rest = divmod(ns, 86400 * 10**9)
    s, frac = divmod(rest, 10**9)
    z = day + 719468  # days since 0000-03-01, by eras of 400 years
    era, doe = divmod(z, 146097)
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    m = (5 * doy + 2) // 153
    month = m + 3 if m < 10 else m - 9
    year = yoe + era * 400 + (month <= 2)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ" % (year, month, doy - (153 * m + 2) // 5 + 1, s // 3600, s // 60 % 60, s % 60, frac)


def fill(db, rows):
    db.execute("DROP TABLE IF EXISTS r")
    types = {"str": "TEXT", "f64": "REAL", "f32": "REAL"}
    db.execute("CREATE TABLE r (%s)" % ", ".join("%s %s" % (n, types.get(t, "INTEGER")) for n, t in FIELDS.items()))
    db.executemany("INSERT INTO r VALUES (%s)" % ", ".join("?" * len(FIELDS)), [[row[n] for n in FIELDS] for row in rows])


def field(name, type_):
    return {"type": type_, "required": True} if name in NOT_NULL else type_


def plan(maker, r):
    """The expressions of one graph: columns (kind, pair), which rows they are computed for, a filter, routes."""
    columns = []
    for _ in range(COLUMNS):
        kind = r.choice("iiiffbbbbst")
        pair = maker.make(kind, r.randrange(1, 5))
        columns.append((kind, ("cast(%s as i64)" % pair[0], pair[1]) if kind == "t" else pair))
    routes = [maker.make("b", r.randrange(1, 4)) for _ in range(r.choice([1, 2, 3, 7]))]
    some = maker.make("b", 2) if r.random() < 0.5 else ("true", "1")
    return columns, some, maker.make("b", 2), routes, r.random() < 0.5


def graph_of(b, number, columns, some, where, routes, first):
    nodes = {
        "read": {"op": "file_in", "config": {"path": b.path("rows")}},
        "parse": {"op": "parse_json", "config": {"fields": {n: field(n, t) for n, t in FIELDS.items()}}},
        "set": {"op": "expr", "config": {"where": some[0], "set": {"x%d" % i: p[0] for i, (_, p) in enumerate(columns)},
                                         "keep": ["o"] + ["x%d" % i for i in range(len(columns))]}},
        "keep": {"op": "expr", "config": {"where": where[0], "keep": ["o"]}},
        "route": {"op": "route", "config": {"first": first, "routes": {"p%d" % i: p[0] for i, p in enumerate(routes)}}},
        "set_out": {"op": "file_out", "config": {"path": b.path("set")}},
        "keep_out": {"op": "file_out", "config": {"path": b.path("keep")}},
    }
    edges = harness.chain("read", "parse", "set", "set_out") + ["parse -> keep", "keep -> keep_out", "parse -> route"]
    for port in ["p%d" % i for i in range(len(routes))] + (["rest"] if number % 2 else []):
        nodes["out_" + port] = {"op": "file_out", "config": {"path": b.path(port), "columns": ["o"]}}
        edges.append("route.%s -> out_%s" % (port, port))
    return b.graph("g%d" % number, nodes, edges)


def equal(kind, got, want):
    if got is None or want is None:
        return got is want
    if kind == "b":
        return got == bool(want) and isinstance(got, bool)
    if kind == "f":
        return float(got) == float(want)
    return got == want and isinstance(got, str) == (kind == "s")


def check_columns(b, db, rows, columns, some):
    want = db.execute("SELECT o, %s FROM r WHERE %s ORDER BY o" % (", ".join(p[1] for _, p in columns), some[1])).fetchall()
    got = [json.loads(line) for line in b.read("set").splitlines()]
    if [v["o"] for v in got] != [w[0] for w in want]:
        return b.fail("where %s gives other rows: %d, not %d" % (some[0], len(got), len(want)))
    for i, (kind, (ours, theirs)) in enumerate(columns):
        for g, w in zip(got, want):
            if not equal(kind, g["x%d" % i], w[i + 1]):
                b.fail("%s\n  is %r\n  and in SQLite %r: %s\n  in the row %s" % (ours, g["x%d" % i], w[i + 1], theirs, rows[g["o"]]))
                break


def numbers(b, name):
    return [json.loads(line)["o"] for line in b.read(name).splitlines()]


def check_rows(b, db, report, where, routes, first):
    b.same("where %s" % where[0], numbers(b, "keep"), [o for o, in db.execute("SELECT o FROM r WHERE %s ORDER BY o" % where[1])])
    before = "0"
    for i, (ours, theirs) in enumerate(routes):
        want = db.execute("SELECT o FROM r WHERE (%s) AND NOT (%s) ORDER BY o" % (theirs, before if first else "0"))
        b.same("route p%d of %s, first %s" % (i, [p[0] for p in routes], first), numbers(b, "p%d" % i), [o for o, in want])
        before += " OR ((%s) IS TRUE)" % theirs
    want = [o for o, in db.execute("SELECT o FROM r WHERE NOT (%s) ORDER BY o" % before)]
    unread = next(n["unread"] for n in report["nodes"] if n["id"] == "route")
    if any(e["id"] == "out_rest" for e in report["nodes"]):
        b.same("route rest of %s" % [p[0] for p in routes], numbers(b, "rest"), want)
        want = []
    b.same("unread rows of route", [unread], [len(want)])


def one(b, db, number, r):
    rows = [random_row(r, o) for o in range(ROWS)]
    fill(db, rows)
    lines = [json.dumps(dict(row, ts=None if row["ts"] is None else iso(row["ts"])), ensure_ascii=False) for row in rows]
    b.write("rows", ("\n".join(lines) + "\n").encode())
    columns, some, where, routes, first = plan(Maker(r), r)
    graph = graph_of(b, number, columns, some, where, routes, first)
    report = b.run(graph, harness.SHAPES[number % len(harness.SHAPES)])
    if report:
        check_columns(b, db, rows, columns, some)
        check_rows(b, db, report, where, routes, first)


def main():
    b = harness.Bench(sys.argv[1], sys.argv[2])
    seed = sys.argv[4] if len(sys.argv) > 4 else "thalweg"
    db = sqlite3.connect(":memory:")
    db.create_function("whole", 1, whole, deterministic=True)
    db.execute("PRAGMA case_sensitive_like = ON")
    for number in range(int(sys.argv[3])):
        one(b, db, number, random.Random("%s %d" % (seed, number)))
        if b.failed > 20:
            break
    print("SQLite %s: %d graphs of %d expressions over %d rows" % (sqlite3.sqlite_version, number + 1, COLUMNS, ROWS))
    b.finish()


main()

"""real.py THALWEG DATA SCRATCH: input that nobody here wrote, against what Python makes of it.
Without the folder DATA it ends with 77."""

import json
import os
import sys

import harness

AMAZON = ["asin", "brand", "title", "url", "image", "rating", "review_url", "reviews", "prices"]
AMAZON_TYPES = ["str", "str", "str", "str", "str", "f64", "str", "i64", "str"]
TWEETS = [
    ("screen_name", "str", "/user/screen_name"), ("name", "str", "/user/name"), ("text", "str", "/text"),
    ("id", "u64", "/id"), ("retweets", "i32", "/retweet_count"), ("followers", "i64", "/user/followers_count"),
    ("of", "str", "/retweeted_status/user/screen_name"), ("reply_to", "u64", "/in_reply_to_status_id"),
    ("tag", "str", "/entities/hashtags/0/text"), ("from", "i32", "/entities/user_mentions/0/indices/0"),
    ("truncated", "bool", "/truncated"), ("sensitive", "bool", "/possibly_sensitive"), ("about", "str", "/user/description"),
    ("lang", "str", "/lang"),
]


def amazon(b, data):
    path = os.path.join(data, "json", "amazon_cellphones.ndjson")
    with open(path, "rb") as f:
        lines = f.read().splitlines()
    good, bad = [], []
    for line in lines:
        v = json.loads(line)
        (good if isinstance(v[5], (int, float)) and isinstance(v[7], int) else bad).append((v, line))
    want = harness.ndjson(AMAZON, [v for v, _ in good])
    fields = {n: {"type": t, "at": "/%d" % i} for i, (n, t) in enumerate(zip(AMAZON, AMAZON_TYPES))}
    graph = b.graph("amazon", {
        "read": {"op": "file_in", "config": {"path": path}},
        "parse": {"op": "parse_json", "config": {"fields": fields}},
        "write": {"op": "file_out", "config": {"path": b.path("amazon.out")}},
        "bad": {"op": "file_out", "config": {"path": b.path("amazon.bad"), "format": "raw", "column": "data"}},
    }, harness.chain("read", "parse", "write") + ["parse.err -> bad"])
    for shape in harness.SHAPES:
        b.run(graph, shape)
        b.same("amazon %s" % shape, b.read("amazon.out"), want)
        b.same("amazon, bad lines %s" % shape, b.read("amazon.bad"), b"".join(line + b"\n" for _, line in bad))


def copies(b, path):
    with open(path, "rb") as f:
        raw = f.read()
    # a last line without a newline gets one; a CR before a newline is the line's end, too
    want = raw.replace(b"\r\n", b"\n") + (b"" if raw.endswith(b"\n") else b"\n")
    graph = b.graph("copy", {
        "read": {"op": "file_in", "config": {"path": path}},
        "write": {"op": "file_out", "config": {"path": b.path("copy.out"), "format": "raw", "column": "line"}},
    }, ["read -> write"])
    for shape in harness.SHAPES:
        b.run(graph, shape)
        b.same("copy of %s %s" % (path, shape), b.read("copy.out"), want)


def searches(b, path, word):
    with open(path, encoding="utf-8", newline="\n") as f:
        lines = f.read().splitlines()
    names = ["line", "low", "head", "tail", "long", "n", "where"]
    rows = []
    for s in lines:
        if word not in s:
            continue
        low = harness.lower(s)
        where = "root" if "root" in low else "error" if "error" in low else None
        rows.append([s, low, s[:15], s[19:39].strip(" \t\r\n"), len(s) > 100, len(s.encode()), where])
    graph = b.graph("search", {
        "read": {"op": "file_in", "config": {"path": path, "type": "str"}},
        "pick": {"op": "expr", "config": {"where": "line like '%" + word + "%'", "set": {
            "low": "lower(line)", "head": "substr(line, 1, 15)", "tail": "trim(substr(line, 20, 20))",
            "long": "length(line) > 100", "n": "length(cast(line as bytes))",
            "where": "case when contains(low, 'root') then 'root' when contains(low, 'error') then 'error' end",
        }}},
        "write": {"op": "file_out", "config": {"path": b.path("search.out"), "format": "csv", "columns": names}},
    }, harness.chain("read", "pick", "write"))
    if not rows:
        b.fail("%s has no line with %s" % (path, word))
    for shape in harness.SHAPES:
        b.run(graph, shape)
        b.same("search in %s %s" % (path, shape), b.read("search.out"), harness.csv(names, rows))


def at(v, pointer):
    for key in pointer.split("/")[1:]:
        try:
            v = v[int(key) if isinstance(v, list) else key]
        except (KeyError, IndexError, TypeError):
            return None
    return v


def tweets(b, data, ascii):
    with open(os.path.join(data, "json", "twitter.json"), encoding="utf-8") as f:
        statuses = json.load(f)["statuses"] * 20
    path = b.write("tweets.ndjson", "".join(json.dumps(s, ensure_ascii=ascii) + "\n" for s in statuses).encode())
    want = harness.ndjson([n for n, _, _ in TWEETS], [[at(s, p) for _, _, p in TWEETS] for s in statuses])
    graph = b.graph("tweets", {
        "read": {"op": "file_in", "config": {"path": path}},
        "parse": {"op": "parse_json", "config": {"fields": {n: {"type": t, "at": p} for n, t, p in TWEETS}}},
        "write": {"op": "file_out", "config": {"path": b.path("tweets.out")}},
        "bad": {"op": "file_out", "config": {"path": b.path("tweets.bad")}},
    }, harness.chain("read", "parse", "write") + ["parse.err -> bad"])
    for shape in harness.SHAPES:
        b.run(graph, shape)
        b.same("tweets, ascii %s %s" % (ascii, shape), b.read("tweets.out"), want)
        b.same("tweets, bad lines %s" % shape, b.read("tweets.bad"), b"")


def spectrum(b, data):
    """The cases of csv-spectrum: files, and what each must be read as. An empty field
    without quotes is null here, and an empty text there. One file has quotes inside of
    fields, which are text only where quoting is off, and another telephone number than
    its answer; one has lost its CRs on the way here."""
    folder = os.path.join(data, "csv", "csvs")
    for name in sorted(os.listdir(folder)):
        name = name[:-len(".csv")]
        with open(os.path.join(data, "csv", "json", name + ".json"), encoding="utf-8") as f:
            want = json.load(f)
        want = want if isinstance(want, list) else [want]
        with open(os.path.join(folder, name + ".csv"), "rb") as f:
            raw = f.read()
        is_odd = name == "location_coordinates"
        if is_odd:
            want[0]["Contact Phone Number"] = "2095257564"
        if b"\r" not in raw:
            want = json.loads(json.dumps(want).replace("\\r\\n", "\\n"))
        config = {"fields": {n: "str" for n in want[0]}, "quote": "" if is_odd else '"'}
        graph = b.graph("spectrum", {
            "read": {"op": "file_in", "config": {"path": os.path.join(folder, name + ".csv"),
                                                 "split": "lines" if is_odd else "csv"}},
            "parse": {"op": "parse_csv", "config": config},
            "write": {"op": "file_out", "config": {"path": b.path("spectrum.out")}},
            "bad": {"op": "file_out", "config": {"path": b.path("spectrum.bad")}},
        }, harness.chain("read", "parse", "write") + ["parse.err -> bad"])
        for shape in harness.SHAPES:
            b.run(graph, shape)
            rows = [json.loads(line) for line in b.read("spectrum.out").splitlines()]
            got = [{k: "" if v is None else v for k, v in row.items()} for row in rows]
            b.same("spectrum, %s %s" % (name, shape), json.dumps(got).encode(), json.dumps(want).encode())
            b.same("spectrum, bad rows of %s %s" % (name, shape), b.read("spectrum.bad"), b"")


def main():
    thalweg, data, scratch = sys.argv[1:]
    if not os.path.isdir(data):
        print("skipped: there is no folder %s" % data)
        sys.exit(77)
    b = harness.Bench(thalweg, scratch)
    amazon(b, data)
    for name, word in (("Apache", "error"), ("OpenSSH", "Failed"), ("OpenStack", "GET")):
        path = os.path.join(data, "logs", name + "_2k.log")
        copies(b, path)
        searches(b, path, word)
    for ascii in (False, True):
        tweets(b, data, ascii)
    spectrum(b, data)
    b.finish()


main()

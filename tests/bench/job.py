# job.py FILE: the job of jobs.sh with the json module of the standard library.
import json
import sys

keys = ("ts", "service", "latency_ms")
write = sys.stdout.write
dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        e = json.loads(line)
        if e.get("level") == "error" and (e.get("latency_ms") or 0) > 200:
            write(dumps({k: e.get(k) for k in keys}) + "\n")

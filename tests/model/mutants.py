#!/usr/bin/env python3
"""Does the explorer see what it is for? Each memory order of ring.h and park.c is
lowered, one at a time, and some lines are changed; the programs are built from the
changed copy, and must find a violation.

    mutants.py CC COMPILER_ID EXPLORER_LIBRARY ENGINE_DIR [WORD]

Ends with 1 if a mutant lives that is not in SURVIVORS, or one there is found. WORD:
only mutants whose name contains it. README.md has the table that this prints.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LOWER = {
    "acquire": ["relaxed"],
    "release": ["relaxed"],
    "acq_rel": ["acquire", "release"],
    "seq_cst": ["acq_rel"],
}
WRAP = "-Wl,--wrap=syscall,--wrap=epoll_wait,--wrap=read,--wrap=write"

RINGS = ["ring_2", "ring_2_many", "ring_4", "ring_64"]
WORDS = ["ring64_2", "loop"]
PARK = ["park", "park_fds", "hungry", "ring_park"]

# What may live, by name, each with its reason.
SURVIVORS = {
    "tw_ring64_push: load acquire -> relaxed":
        "the slot is the word itself, so its one order of stores keeps the old word from the new; nothing else is "
        "handed back by an empty slot",
    "tw_ring64_pop: store release -> relaxed": "the other half of the same pair",
    "tw_parker_prepare: load acquire -> relaxed":
        "it forbids load buffering, which the explorer does not have; 'the word of after it said so' is what it is for",
    "tw_parker_wake: fetch_add release -> relaxed": "the other half of the same pair",
}

# What harness park.c has copied from engine/run/worker.c: these, in this order.
PARK_ORDER = [
    r"static void park\(", r"hungry = is_hungry\(w\);", r"tw_parker_prepare\(&w->parker, hungry\)",
    r"if \(round_once\(w, true\) \|\| must_stop\(w\) \|\| is_hungry\(w\) != hungry\)", r"tw_parker_cancel",
    r"tw_parker_sleep\(&w->parker, word,",
]

# Mutants of logic: name, file, a text that is there once, what it becomes, tests.
LOGIC = [
    ("room: one slot too many, not looking", "ring", "free_slots = r->mask + 1 -", "free_slots = r->mask + 2 -", RINGS),
    ("room: one slot too many", "ring", "return r->mask + 1 - (r->tail", "return r->mask + 2 - (r->tail", RINGS),
    ("ready: any item, also of the lap before", "ring", "== pos + 1;", ">= (pos >= r->mask + 1 ? pos - r->mask : pos + 1);", RINGS),
    ("push: seen before its order is written", "ring", "\ts->order = order;\n\ttw_ring_commit(r);",
     "\ttw_ring_commit(r);\n\ts->order = order;", RINGS),
    ("publish: one more than was read", "ring", "&r->head, r->next,", "&r->head, r->next + 1,", RINGS),
    ("pop: a small ring is not published", "ring", " || (r->mask < 2 * TW_RING_PUBLISH)", "", RINGS),
    ("pop: a large ring is not published", "ring", "r->next - r->published >= TW_RING_PUBLISH || ", "", ["ring_64"]),
    ("ring64 push: over a word that is there", "ring", "memory_order_acquire) != 0)", "memory_order_acquire) == UINT64_MAX)", WORDS),
    ("ring64 pop: the word stays", "ring", "\tatomic_store_explicit(s, 0, memory_order_release);\n", "", WORDS),
    ("prepare: no fence", "park", "TW_ASLEEP, memory_order_relaxed);\n\t/* pairs with the fence in tw_parker_wake */\n"
     "\tatomic_thread_fence(memory_order_seq_cst);", "TW_ASLEEP, memory_order_relaxed);", PARK),
    ("wake: no fence", "park", "\t/* pairs with the fence in tw_parker_prepare */\n\tatomic_thread_fence(memory_order_seq_cst);\n",
     "", PARK),
    ("wake: looks before its fence", "park", "\tatomic_thread_fence(memory_order_seq_cst);\n"
     "\tstate = atomic_load_explicit(&p->state, memory_order_relaxed);\n",
     "\tstate = atomic_load_explicit(&p->state, memory_order_relaxed);\n\tatomic_thread_fence(memory_order_seq_cst);\n", PARK),
    ("prepare: hungry is not told", "park", "hungry ? TW_ASLEEP_HUNGRY : TW_ASLEEP", "hungry ? TW_ASLEEP : TW_ASLEEP", ["hungry"]),
    ("wake: memory wakes only who is not hungry", "park", "state != TW_ASLEEP_HUNGRY", "state != TW_ASLEEP", ["hungry"]),
    ("wake: the word stays", "park", "\tatomic_fetch_add_explicit(&p->signal, 1, memory_order_release);\n", "", PARK),
    ("wake: the word stays, though it is written", "park", "atomic_fetch_add_explicit(&p->signal, 1,", "atomic_fetch_add_explicit(&p->signal, 0,",
     PARK),
    ("wake: the futex is not woken", "park", "FUTEX_WAKE_PRIVATE, 1,", "FUTEX_WAKE_PRIVATE, 0,", PARK),
    ("wake: nothing is written to the eventfd", "park", "while (write(", "while (0 && write(", ["park_fds"]),
    ("prepare: the word of after it said so", "park",
     "\tuint32_t word = atomic_load_explicit(&p->signal, memory_order_acquire);\n\n"
     "\tatomic_store_explicit(&p->state, hungry ? TW_ASLEEP_HUNGRY : TW_ASLEEP, memory_order_relaxed);\n",
     "\tuint32_t word;\n\n"
     "\tatomic_store_explicit(&p->state, hungry ? TW_ASLEEP_HUNGRY : TW_ASLEEP, memory_order_relaxed);\n"
     "\tword = atomic_load_explicit(&p->signal, memory_order_acquire);\n", PARK),
    ("sleep: the word of now, not of before the look", "park", "FUTEX_WAIT_PRIVATE, word,", "FUTEX_WAIT_PRIVATE, p->signal,", PARK),
    ("park: no second look", "harness", "if (round_once() || is_hungry() != hungry) {", "if (is_hungry() != hungry) {", ["hungry"]),
    ("park: a look that makes hungry sleeps", "harness", "round_once() || is_hungry() != hungry", "round_once()", ["hungry"]),
]


def code_of(text):
    """The text with its comments blanked out, so that offsets stay."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)


def orders(what, text):
    """A mutant for each order: the function it is in, the operation, and which of those."""
    code = code_of(text)
    heads = [(m.start(), m.group(1)) for m in re.finditer(r"^[a-z][\w \t*]*?(\w+)\([^;{]*\)\n{", code, flags=re.M)]
    seen = {}
    for m in re.finditer(r"memory_order_(acquire|release|acq_rel|seq_cst)\b", code):
        function = [name for at, name in heads if at < m.start()][-1]
        operation = re.findall(r"atomic_(\w+?)(?:_explicit)?\(", code[:m.start()])[-1]
        for lower in LOWER[m.group(1)]:
            name = "%s: %s %s -> %s" % (function, operation, m.group(1), lower)
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name += " (%d)" % seen[name]
            yield name, what, text[:m.start()] + "memory_order_" + lower + text[m.end():]


def tests_of(name, what):
    if what == "park":
        return ["park"] if name in SURVIVORS else PARK  # one that lives takes all the time there is
    return WORDS if "ring64" in name else RINGS


def logic(texts):
    for name, what, old, new, tests in LOGIC:
        if texts[what].count(old) != 1:
            sys.exit("mutant '%s': its text is in the source %d times, not once" % (name, texts[what].count(old)))
        yield name, what, texts[what].replace(old, new), tests


def same_order(engine):
    """Does worker.c still park as the harness does?"""
    with open(os.path.join(engine, "run/worker.c")) as f:
        if re.search(".*?".join(PARK_ORDER), code_of(f.read()), flags=re.S):
            return True
    print("park() of engine/run/worker.c is another than in tests/model/park.c: change both, and PARK_ORDER")
    return False


class Builder:
    """Builds a program from a changed copy and runs it."""

    def __init__(self, cc, cc_id, library, engine, to):
        told = ["-mllvm", "-tsan-instrument-func-entry-exit=0"] if cc_id == "Clang" else [
            "--param", "tsan-instrument-func-entry-exit=0"]
        self.cc = [cc, "-std=c11", "-D_GNU_SOURCE", "-O1", "-w", "-I", to, "-I", HERE, "-I", os.path.join(HERE, "include"),
                   "-I", engine]
        self.told = ["-fsanitize=thread"] + told
        self.library, self.engine, self.to = library, engine, to

    def compile(self, source, name):
        out = os.path.join(self.to, name + ".o")
        subprocess.run(self.cc + self.told + ["-c", source, "-o", out], check=True)
        return out

    def program(self, what, text):
        path = {"ring": "mem/ring.h", "park": "run/park.c", "harness": "harness.c"}[what]
        copy = os.path.join(self.to, path)
        with open(copy, "w") as f:
            f.write(text)
        if what == "ring":
            objects, flags = [self.compile(os.path.join(HERE, "ring.c"), "ring")], []
        else:
            harness = copy if what == "harness" else os.path.join(HERE, "park.c")
            park = copy if what == "park" else os.path.join(self.engine, "run/park.c")
            objects, flags = [self.compile(harness, "harness"), self.compile(park, "park")], [WRAP]
        out = os.path.join(self.to, "program")
        subprocess.run([self.cc[0]] + objects + [self.library] + flags + ["-o", out], check=True)
        os.remove(copy)
        return out

    def found(self, program, tests):
        """The first line of what was found, or None."""
        for test in tests:
            run = subprocess.run([program, test], stdout=subprocess.PIPE, text=True, timeout=120)
            if run.returncode == 1:
                return run.stdout.splitlines()[0].split(" in execution")[0].replace(" VIOLATION:", "")
            if run.returncode != 0:
                sys.exit("the explorer itself stopped: " + run.stdout)
        return None


def main(cc, cc_id, library, engine, word=""):
    paths = {"ring": os.path.join(engine, "mem/ring.h"), "park": os.path.join(engine, "run/park.c"),
             "harness": os.path.join(HERE, "park.c")}
    texts = {}
    for what, path in paths.items():
        with open(path) as f:
            texts[what] = f.read()
    mutants = [(n, w, t, tests_of(n, w)) for what in ("ring", "park") for n, w, t in orders(what, texts[what])]
    mutants += logic(texts)
    bad, ran = int(not same_order(engine)), set()
    with tempfile.TemporaryDirectory() as to:
        os.mkdir(os.path.join(to, "mem"))
        os.mkdir(os.path.join(to, "run"))
        build = Builder(cc, cc_id, library, engine, to)
        for name, what, text, tests in mutants:
            if word not in name:
                continue
            ran.add(name)
            found = build.found(build.program(what, text), tests)
            lives = name in SURVIVORS
            bad += (found is None) != lives
            verdict = found or "lives: " + SURVIVORS.get(name, "AND MUST NOT")
            print("%-60s %s%s" % (name, verdict, ", WHICH WAS THOUGHT TO LIVE" if found and lives else ""), flush=True)
    for name in SURVIVORS:
        if not word and name not in ran:
            print("%s: no such mutant any more; strike it from SURVIVORS" % name)
            bad += 1
    print("%d mutants, %d not as expected" % (len(ran), bad))
    return 1 if bad or not ran else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""no_huge.py THALWEG SCRATCH - a system that gives no huge pages: the graph runs on ordinary ones, and one line says so.
The refusal is the kernel's own: a seccomp filter answers EINVAL to madvise(.., MADV_HUGEPAGE), as a kernel without them does."""

import ctypes
import platform
import re
import struct
import subprocess
import sys

from harness import Bench, chain

MADVISE = {"x86_64": 28, "aarch64": 233}
MADV_HUGEPAGE, EINVAL = 14, 22
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
LOAD, EQUAL, GIVE = 0x20, 0x15, 0x06  # of classic BPF: a word, jump if equal, return


def refuse_huge_pages():
    """In the child: of struct seccomp_data the number of the call is at 0, its third argument at 32."""
    steps = [(LOAD, 0, 0, 0), (EQUAL, 0, 3, MADVISE[platform.machine()]), (LOAD, 0, 0, 32), (EQUAL, 0, 1, MADV_HUGEPAGE),
             (GIVE, 0, 0, ERRNO | EINVAL), (GIVE, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *s) for s in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


b = Bench(sys.argv[1], sys.argv[2])
if platform.machine() not in MADVISE:
    print("no_huge: SKIPPED: the number of madvise on %s is not known here" % platform.machine())
    sys.exit(0)
graph = b.graph("small", {"g": {"op": "gen", "config": {"count": 1000, "fields": {"n": {"gen": "seq"}}}},
                          "z": {"op": "null_out"}}, chain("g", "z"))
for prepare, want in ((refuse_huge_pages, 1), (None, 0)):
    p = subprocess.run([b.thalweg, "run", graph], capture_output=True, text=True, check=False, timeout=60, preexec_fn=prepare)
    notes = re.findall(r"^note: no huge pages for the pools \(Invalid argument\): ordinary ones are used$", p.stderr, re.M)
    if p.returncode or len(notes) != want or "1000" not in p.stderr.replace(",", ""):
        b.fail("refused: %s: exit %d\n%s" % (prepare is not None, p.returncode, p.stderr))
b.finish()

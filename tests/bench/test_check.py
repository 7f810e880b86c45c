"""The checks find what is wrong with an output: without that no figure counts."""

import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import bench_check

J1 = "2026-01-01T00:00:00.002Z\tsvc-13\t1683\n2026-01-01T00:00:00.013Z\tsvc-04\t795\n"
J1_OUT = ('{"ts":"2026-01-01T00:00:00.013Z","service":"svc-04","latency":795}\n'
          '{"latency":1683,"ts":"2026-01-01T00:00:00.002Z","service":"svc-13"}\n')
J2 = "2026-01-01T00:00:01.000Z\tk-00001\t12\t2405\t800\t1000\n"
J2_OUT = '{"window_start":"2026-01-01T00:00:01Z","key":"k-00001","n":12,"sum":2405,"p99":%s}\n'
J3 = "SYM0000\t1136\t575174\t39.98\t29.674357394366197\n"
J3_OUT = '{"symbol":"SYM0000","n":%d,"qty":575174,"max":%s,"avg":%s}\n'


class Checks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def check(self, function, out, truth):
        paths = [os.path.join(self.folder.name, name) for name in ("out", "truth")]
        for path, text in zip(paths, (out, truth)):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        return function(*paths)

    def test_j1_in_any_order(self):
        self.assertIsNone(self.check(bench_check.check_j1, J1_OUT, J1))

    def test_j1_differs(self):
        first = J1_OUT.splitlines(True)[0]
        for out in (first, J1_OUT + first, J1_OUT.replace("795", "796"), J1_OUT.replace("svc-04", "svc-05"), ""):
            self.assertIsNotNone(self.check(bench_check.check_j1, out, J1))

    def test_j2_p99_between_the_definitions(self):
        for p99 in ("800", "1000", "900.5", "792.1", "1009.9"):
            self.assertIsNone(self.check(bench_check.check_j2, J2_OUT % p99, J2), p99)
        for p99 in ("791", "1011", "0"):
            self.assertIsNotNone(self.check(bench_check.check_j2, J2_OUT % p99, J2), p99)

    def test_j2_differs(self):
        good = J2_OUT % 900
        for out in (good.replace("2405", "2406"), good.replace("12,", "13,"), good.replace("k-00001", "k-00002"),
                    good.replace(":01Z", ":02Z"), "", good + good):
            self.assertIsNotNone(self.check(bench_check.check_j2, out, J2))

    def test_j3(self):
        self.assertIsNone(self.check(bench_check.check_j3, J3_OUT % (1136, "39.98", "29.6743573943662"), J3))
        for numbers in ((1137, "39.98", "29.6743573943662"), (1136, "39.99", "29.6743573943662"), (1136, "39.98", "29.6744")):
            self.assertIsNotNone(self.check(bench_check.check_j3, J3_OUT % numbers, J3))

    def test_rows(self):
        report = '{"nodes":[{"errors":%d,"dropped":0,"rows_in":0},{"errors":0,"dropped":0,"rows_in":%d}]}'

        def check(text):
            path = os.path.join(self.folder.name, "out")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            return bench_check.check_rows(path, 7)
        self.assertIsNone(check("7 123\n"))
        self.assertIsNone(check(report % (0, 7)))
        for text in ("6 123\n", report % (0, 6), report % (1, 7)):
            self.assertIsNotNone(check(text))


if __name__ == "__main__":
    unittest.main()

"""Only what belongs together is compared: without that no ratio counts."""

import sys
import unittest

sys.dont_write_bytecode = True
import bench_core_cells
import bench_core_goals
import bench_core_report
import bench_core_steady


def result(number, who, distance, cell="hop, closed loop", kind="ours", **said):
    return {"round": number, "cell": cell, "who": who, "kind": kind, "distance": distance, "words": "", "said": said}


class Ratios(unittest.TestCase):
    def ratio(self, results, distance):
        f = bench_core_report.Figures(results)
        cell = "hop, closed loop"
        return f.ratio((cell, "thalweg"), (cell, "x"), "records_per_s", distance)

    def test_same_round_and_distance(self):
        results = [
            result(0, "thalweg", "near", records_per_s=100.0), result(0, "x", "near", records_per_s=50.0),
            result(1, "thalweg", "far", records_per_s=30.0), result(1, "x", "near", records_per_s=50.0),
            result(2, "thalweg", "near", records_per_s=90.0), result(2, "x", "moved", records_per_s=10.0),
            result(3, "thalweg", "far", records_per_s=30.0), result(3, "x", "far", records_per_s=10.0),
        ]
        self.assertEqual(self.ratio(results, "near"), {"n": 1, "median": 2.0, "min": 2.0, "max": 2.0})
        self.assertEqual(self.ratio(results, "far")["median"], 3.0)

    def test_nothing_to_compare(self):
        self.assertIsNone(self.ratio([result(0, "thalweg", "near", records_per_s=1.0)], "near"))

    def test_median_of_ratios(self):
        results = [result(i, w, "near", records_per_s=v) for w, vs in (("thalweg", (10.0, 200.0, 30.0)), ("x", (10.0, 100.0, 10.0)))
                   for i, v in enumerate(vs)]
        self.assertEqual(self.ratio(results, "near"), {"n": 3, "median": 2.0, "min": 1.0, "max": 3.0})


class Goals(unittest.TestCase):
    def judge(self, results, group):
        goals = bench_core_goals.judge(bench_core_report.Figures(results), [group])
        return {g["text"]: g for g in goals}

    def test_worst_rival_counts(self):
        results = [result(0, "thalweg", "far", records_per_s=100.0)]
        results += [result(0, w, "far", kind="peer", records_per_s=v) for w, v in (("ck_ring", 10.0), ("rte_ring", 50.0), ("GStreamer", 90.0))]
        goal = self.judge(results, "hop")["hop, closed loop: thalweg by every plain queue, far"]
        self.assertEqual((goal["got"], goal["met"], goal["note"]), (2.0, False, "rte_ring"))

    def test_at_most(self):
        cell = "hop at 1 M/s"
        results = [result(0, "thalweg", "near", cell, p50=140), result(0, "floor", "near", cell, kind="floor", p50=100)]
        goals = self.judge(results, "hop")
        self.assertTrue(goals[cell + ": p50 by the floor's, near"]["met"])
        self.assertIsNone(goals[cell + ": p50 by the floor's, far"]["met"])

    def test_per_operator(self):
        def of(ops, ns):
            return result(0, "thalweg", "one core", "chain of %d, batches" % ops, records_per_s=1e9 / ns)
        goals = self.judge([of(4, 1.0), of(16, 2.2), of(64, 11.8)], "chain")
        self.assertAlmostEqual(goals["ns per record and operator (16 less 4 of them), batches"]["got"], 0.1)
        linear = goals["linear to 64, batches: an operator's time (64 less 16) by that"]
        self.assertAlmostEqual(linear["got"], 2.0)
        self.assertFalse(linear["met"])

    def test_shown_once(self):
        goals = [{"text": t, "met": m} for t, m in (("a, near", None), ("a, far", True), ("b, near", None), ("b, far", None))]
        self.assertEqual([g["text"] for g in bench_core_report.goals_to_show(goals)], ["a, far", "b, near"])


class Cells(unittest.TestCase):
    def test_records_fill_whole_batches(self):
        run = bench_core_cells.closed("x", "program", "hop batch=64", "peer")
        run.adapt(1e6, 1.0)
        self.assertEqual(run.records % 64, 0)
        self.assertAlmostEqual(run.records / 1e6, bench_core_cells.SECONDS, delta=0.001)
        self.assertEqual(run.argv([3, 5]), ["program", "hop", "batch=64", "cpu=3", "cpu2=5", "records=%d" % run.records])

    def test_thread_per_stage(self):
        self.assertEqual(bench_core_cells.words_of("chain threads=ops+2 mode=spin", ops=8), "chain threads=10 mode=spin ops=8")


class Steady(unittest.TestCase):
    def test_summary(self):
        stalls = {"n": 3, "taken": 1, "machine": 1, "work": 1, "unexplained": 0}
        engine = {"seconds": 2.0, "stalls": stalls, "gaps": [{"n": 5, "work": 1}, {"n": 4, "work": 2}], "max": 20000,
                  "p50": 1, "p99": 2, "p9999": 3, "records_per_s": 1000.0}
        late = {**engine, "records_per_s": 980.0, "max": 5e9, "stalls": {**stalls, "n": 1000}}
        bare = {"seconds": 1.0, "cpus": [{"long": [[0.1, 11]], "max": 11000}, {"long": [[0.2, 30], [0.3, 12]], "max": 30000}]}
        s = bench_core_steady.summary({"rate": 1000, "engine": [engine, late, engine], "bare": [bare]})
        self.assertEqual((s["slices"], s["behind"]), (3, 1))
        self.assertEqual((s["stalls_per_s"], s["gaps_per_s"], s["bare_gaps_per_s"]), (1.5, 3.0, 3.0))
        self.assertEqual((s["stalls"]["taken"], s["longest_us"], s["bare_longest_us"]), (2, 20.0, 30.0))
        s = bench_core_steady.summary({"rate": 1000, "engine": [late], "bare": [bare]})
        self.assertEqual((s["slices"], s["behind"], s["longest_us"]), (1, 1, 5e6))


unittest.main()

/* Topologies: this machine, descriptions, a file; and pinning as the kernel tells it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <place/topo.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static struct tw_topo *topo_of(const char *source)
{
	struct tw_topo *t;
	char err[200] = "";

	cr_assert_eq(tw_topo_load(source, &t, err, sizeof err), 0, "%s", err);
	return t;
}

Test(topo, this_machine)
{
	struct tw_topo *t = topo_of(NULL);
	const struct tw_core *c = tw_topo_cores(t);
	cpu_set_t set;
	uint32_t i, j;

	cr_assert(tw_topo_is_this_machine(t));
	cr_assert_eq(sched_getaffinity(0, sizeof set, &set), 0);
	cr_assert_eq(tw_topo_n(t), (uint32_t)CPU_COUNT(&set), "exactly the allowed CPUs");
	for (i = 0; i < tw_topo_n(t); i++) {
		cr_assert(CPU_ISSET(c[i].cpu, &set));
		for (j = 0; j < i; j++)
			cr_assert_neq(c[i].cpu, c[j].cpu);
	}
	cr_assert_geq(tw_topo_cpu_quota(t), 1);
	cr_assert_leq(tw_topo_cpu_quota(t), tw_topo_n(t));
	tw_topo_destroy(t);
}

/* What one thread may use is what it sees. */
Test(topo, affinity_restricts)
{
	struct tw_topo *t = topo_of(NULL);
	uint32_t cpu = tw_topo_cores(t)[tw_topo_n(t) - 1].cpu;

	tw_topo_destroy(t);
	cr_assert_eq(tw_pin_self(cpu), 0);
	t = topo_of(NULL);
	cr_assert_eq(tw_topo_n(t), 1);
	cr_assert_eq(tw_topo_cores(t)[0].cpu, cpu);
	tw_topo_destroy(t);
}

Test(topo, pinning_is_read_back)
{
	struct tw_topo *t = topo_of(NULL);
	uint32_t i, cpu = 0;

	if (tw_topo_n(t) > 1)
		cr_assert_eq(tw_pinned_to(&cpu), -ENOENT);
	for (i = 0; i < tw_topo_n(t) && i < 8; i++) {
		cr_assert_eq(tw_pin_self(tw_topo_cores(t)[i].cpu), 0);
		cr_assert_eq(tw_pinned_to(&cpu), 0);
		cr_assert_eq(cpu, tw_topo_cores(t)[i].cpu);
		cr_assert_eq((uint32_t)sched_getcpu(), cpu);
	}
	cr_assert_neq(tw_pin_self(8191), 0, "no such CPU");
	cr_assert_eq(tw_pin_self(4000000000u), -EINVAL);
	tw_topo_destroy(t);
}

/* Two sockets of 8 L3 of 8 cores of 2 threads. */
Test(topo, two_sockets)
{
	struct tw_topo *t = topo_of("synthetic:pack:2 [numa] l3:8 l2:8 core:1 pu:2");
	const struct tw_core *c = tw_topo_cores(t);
	uint32_t i;

	cr_assert(!tw_topo_is_this_machine(t));
	cr_assert_eq(tw_topo_n(t), 256);
	cr_assert_eq(tw_topo_cpu_quota(t), 256);
	for (i = 0; i < 256; i++) {
		cr_assert_eq(c[i].smt, i >= 128, "second threads come last");
		cr_assert_eq(c[i].core, i % 128);
		cr_assert_eq(c[i].l2, i % 128);
		cr_assert_eq(c[i].l3, i % 128 / 8);
		cr_assert_eq(c[i].numa, i % 128 / 64);
		cr_assert_eq(c[i].package, i % 128 / 64);
	}
	tw_topo_destroy(t);
}

/* Nearer is cheaper, both ways alike, and nothing to itself. */
Test(topo, distances_grow)
{
	struct tw_topo *t = topo_of("synthetic:pack:2 numa:2 l3:2 l2:2 core:2 pu:2");
	const struct tw_core *c = tw_topo_cores(t);
	static const uint32_t path[] = {32, 1, 2, 4, 8, 16}; /* sibling, L2, L3, NUMA, package, other package */
	double last = 0, d;
	uint32_t i;

	cr_assert_eq(tw_topo_n(t), 64);
	cr_assert_float_eq(tw_topo_distance(&c[0], &c[0]), 0, 0);
	for (i = 0; i < 6; i++) {
		d = tw_topo_distance(&c[0], &c[path[i]]);
		cr_assert_gt(d, last, "step %u: %g after %g", i, d, last);
		cr_assert_float_eq(tw_topo_distance(&c[path[i]], &c[0]), d, 0);
		last = d;
	}
	tw_topo_destroy(t);
}

/* Where a level is missing, nothing is shared at it. */
Test(topo, no_caches_known)
{
	struct tw_topo *t = topo_of("synthetic:pack:2 core:2 pu:2");
	const struct tw_core *c = tw_topo_cores(t);

	cr_assert_eq(tw_topo_n(t), 8);
	cr_assert_eq(c[0].l3, c[4].l3, "siblings");
	cr_assert_neq(c[0].l2, c[1].l2);
	cr_assert_neq(c[0].l3, c[1].l3);
	tw_topo_destroy(t);
}

Test(topo, xml_file)
{
	struct tw_topo *t = topo_of(TW_SOURCE_DIR "/tests/fixtures/topology/two-l3.xml");
	const struct tw_core *c = tw_topo_cores(t);

	cr_assert_eq(tw_topo_n(t), 8);
	cr_assert(!tw_topo_is_this_machine(t));
	cr_assert_eq(c[1].l3, 0);
	cr_assert_eq(c[2].l3, 1);
	cr_assert_eq(c[4].cpu, 1);
	cr_assert(c[4].smt);
	tw_topo_destroy(t);
}

Test(topo, what_cannot_be_read)
{
	struct tw_topo *t = (void *)1;
	char err[200] = "";

	cr_assert_lt(tw_topo_load("/no/such/file.xml", &t, err, sizeof err), 0);
	cr_assert_null(t);
	cr_assert_not_null(strstr(err, "/no/such/file.xml"), "%s", err);
	cr_assert_lt(tw_topo_load("synthetic:gibberish", &t, err, sizeof err), 0);
	cr_assert_not_null(strstr(err, "gibberish"), "%s", err);
	tw_topo_destroy(NULL);
}

/* place/topo.c - the tree of caches, read by hwloc into a flat list of threads; see topo.h. */
#include <place/cgroup.h>
#include <place/topo.h>

#include <errno.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYNTHETIC "synthetic:"

struct tw_topo {
	uint32_t n;
	struct tw_core *cores; /* [n] */
	bool is_this_machine;
	uint32_t quota;
};

/* ns for a line to go one way; reasons and sources in README.md. */
enum {
	NS_SAME_CORE = 10,
	NS_SAME_L2 = 20,
	NS_SAME_L3 = 30,
	NS_SAME_NUMA = 160,
	NS_SAME_PACKAGE = 180,
	NS_OTHER_PACKAGE = 260
};

static int fail(char *err, size_t len, int code, const char *what, const char *source)
{
	if (len)
		snprintf(err, len, "%s: %s (%s)", source ? source : "this machine", what, strerror(-code));
	return code;
}

/* The CPUs that the caller's affinity leaves, which hwloc does not look at by itself. */
static int keep_allowed(hwloc_topology_t hw)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int rc;

	if (!set)
		return -ENOMEM;
	rc = hwloc_get_cpubind(hw, set, HWLOC_CPUBIND_THREAD);
	if (!rc && hwloc_bitmap_intersects(set, hwloc_topology_get_topology_cpuset(hw)))
		rc = hwloc_topology_restrict(hw, set, 0);
	hwloc_bitmap_free(set);
	return rc ? -errno : 0;
}

static int load_hwloc(const char *source, hwloc_topology_t *out, char *err, size_t err_len)
{
	hwloc_topology_t hw;
	int rc;

	if (hwloc_topology_init(&hw))
		return fail(err, err_len, -ENOMEM, "no memory for the topology", source);
	errno = 0;
	if (source && !strncmp(source, SYNTHETIC, strlen(SYNTHETIC)))
		rc = hwloc_topology_set_synthetic(hw, source + strlen(SYNTHETIC));
	else
		rc = source ? hwloc_topology_set_xml(hw, source) : 0;
	if (rc) {
		rc = fail(err, err_len, errno ? -errno : -EINVAL, "not a topology hwloc can read", source);
		goto out;
	}
	hwloc_topology_set_icache_types_filter(hw, HWLOC_TYPE_FILTER_KEEP_NONE);
	errno = 0;
	if (hwloc_topology_load(hw)) {
		rc = fail(err, err_len, errno ? -errno : -EINVAL, "the topology can't be loaded", source);
		goto out;
	}
	if (!source && hwloc_topology_is_thissystem(hw))
		rc = keep_allowed(hw);
	if (rc) {
		rc = fail(err, err_len, rc, "the allowed CPUs can't be read", source);
		goto out;
	}
	*out = hw;
	return 0;
out:
	hwloc_topology_destroy(hw);
	return rc;
}

/* Number of the object of a type around pu. Where there is none, nothing is
 * shared at this level: then a number that only the level below shares. */
static uint32_t id_of(hwloc_topology_t hw, hwloc_obj_t pu, hwloc_obj_type_t type, uint32_t below)
{
	hwloc_obj_t obj = hwloc_get_ancestor_obj_by_type(hw, type, pu);
	int n = hwloc_get_nbobjs_by_type(hw, type);

	if (obj)
		return obj->logical_index;
	return below + (n > 0 ? (uint32_t)n : 0);
}

static uint32_t numa_of(hwloc_topology_t hw, hwloc_obj_t pu)
{
	int first = pu->nodeset ? hwloc_bitmap_first(pu->nodeset) : -1;
	hwloc_obj_t node = first < 0 ? NULL : hwloc_get_numanode_obj_by_os_index(hw, (unsigned)first);

	return node ? node->logical_index : 0;
}

static void describe(hwloc_topology_t hw, hwloc_obj_t pu, struct tw_core *c)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(hw, HWLOC_OBJ_CORE, pu);
	hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(hw, HWLOC_OBJ_PACKAGE, pu);

	c->cpu = pu->os_index;
	c->core = id_of(hw, pu, HWLOC_OBJ_CORE, pu->logical_index);
	c->l2 = id_of(hw, pu, HWLOC_OBJ_L2CACHE, c->core);
	c->l3 = id_of(hw, pu, HWLOC_OBJ_L3CACHE, c->l2);
	c->numa = numa_of(hw, pu);
	c->package = package ? package->logical_index : 0;
	c->smt = core && hwloc_bitmap_first(core->cpuset) >= 0 &&
		 hwloc_get_next_obj_inside_cpuset_by_type(hw, core->cpuset, HWLOC_OBJ_PU, NULL) != pu;
}

static int flatten(struct tw_topo *t, hwloc_topology_t hw)
{
	int n = hwloc_get_nbobjs_by_type(hw, HWLOC_OBJ_PU), i, second;
	struct tw_core c;

	if (n <= 0)
		return -ENODEV;
	t->cores = calloc((size_t)n, sizeof *t->cores);
	if (!t->cores)
		return -ENOMEM;
	for (second = 0; second < 2; second++) {
		for (i = 0; i < n; i++) {
			describe(hw, hwloc_get_obj_by_type(hw, HWLOC_OBJ_PU, (unsigned)i), &c);
			if (c.smt == (second == 1))
				t->cores[t->n++] = c;
		}
	}
	return 0;
}

static uint32_t quota_of(const struct tw_topo *t)
{
	double cpus = t->is_this_machine ? tw_cgroup_cpus("") : 0;

	if (cpus <= 0 || cpus >= t->n)
		return t->n;
	return cpus < 1 ? 1 : (uint32_t)cpus;
}

int tw_topo_load(const char *source, struct tw_topo **out, char *err, size_t err_len)
{
	hwloc_topology_t hw = NULL;
	struct tw_topo *t;
	int rc;

	*out = NULL;
	rc = load_hwloc(source, &hw, err, err_len);
	if (rc)
		return rc;
	t = calloc(1, sizeof *t);
	rc = t ? flatten(t, hw) : -ENOMEM;
	if (rc) {
		fail(err, err_len, rc, "the topology names no CPU, or memory ran out", source);
		tw_topo_destroy(t);
		hwloc_topology_destroy(hw);
		return rc;
	}
	t->is_this_machine = !source && hwloc_topology_is_thissystem(hw);
	t->quota = quota_of(t);
	hwloc_topology_destroy(hw);
	*out = t;
	return 0;
}

void tw_topo_destroy(struct tw_topo *t)
{
	if (!t)
		return;
	free(t->cores);
	free(t);
}

uint32_t tw_topo_n(const struct tw_topo *t)
{
	return t->n;
}

const struct tw_core *tw_topo_cores(const struct tw_topo *t)
{
	return t->cores;
}

bool tw_topo_is_this_machine(const struct tw_topo *t)
{
	return t->is_this_machine;
}

uint32_t tw_topo_cpu_quota(const struct tw_topo *t)
{
	return t->quota;
}

double tw_topo_distance(const struct tw_core *a, const struct tw_core *b)
{
	if (a->cpu == b->cpu)
		return 0;
	if (a->core == b->core)
		return NS_SAME_CORE;
	if (a->l2 == b->l2)
		return NS_SAME_L2;
	if (a->l3 == b->l3)
		return NS_SAME_L3;
	if (a->package != b->package) /* first: a node may hold two packages where firmware tells nothing */
		return NS_OTHER_PACKAGE;
	return a->numa == b->numa ? NS_SAME_NUMA : NS_SAME_PACKAGE;
}

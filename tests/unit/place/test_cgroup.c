/* CPU quotas of both versions of control groups, from texts and from a folder that looks like a machine. */
#include <criterion/criterion.h>
#include <errno.h>
#include <place/cgroup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char v1_groups[] = "9:name=systemd:/\n4:memory:/box/1\n3:cpuset:/box\n2:cpu,cpuacct:/box/1\n0::/\n";
static const char v1_mounts[] = "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
				"33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
				"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
static const char v2_mounts[] = "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
				"29 22 0:26 / /sys/fs/c\\040group rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";

Test(cgroup, parse)
{
	cr_assert_float_eq(tw_cgroup_parse_max("200000 100000\n"), 2, 1e-9);
	cr_assert_float_eq(tw_cgroup_parse_max("50000 100000"), 0.5, 1e-9);
	cr_assert_float_eq(tw_cgroup_parse_max("max 100000\n"), 0, 0);
	cr_assert_float_eq(tw_cgroup_parse_max("-1 100000"), 0, 0);
	cr_assert_float_eq(tw_cgroup_parse_max("100000 0"), 0, 0);
	cr_assert_float_eq(tw_cgroup_parse_max(""), 0, 0);
}

Test(cgroup, find)
{
	struct tw_cgroup g;

	cr_assert_eq(tw_cgroup_find(v1_groups, v1_mounts, 1, &g), 0);
	cr_assert_str_eq(g.mount, "/sys/fs/cgroup/cpu,cpuacct");
	cr_assert_str_eq(g.path, "/box/1");
	cr_assert_eq(tw_cgroup_find(v1_groups, v1_mounts, 2, &g), -ENOENT);
	cr_assert_eq(tw_cgroup_find("0::/a.slice/b\n", v2_mounts, 2, &g), 0);
	cr_assert_str_eq(g.mount, "/sys/fs/c group");
	cr_assert_str_eq(g.path, "/a.slice/b");
	cr_assert_eq(tw_cgroup_find("0::/\n", v2_mounts, 2, &g), 0);
	cr_assert_str_eq(g.path, "");
	cr_assert_eq(tw_cgroup_find("", "", 2, &g), -ENOENT);
	cr_assert_eq(tw_cgroup_find("0::/a", "no mountinfo\n\n - \n", 2, &g), -ENOENT);
}

/* A container that sees its own group mounted as the root. */
Test(cgroup, container)
{
	static const char mounts[] = "9 8 0:1 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
	struct tw_cgroup g;

	cr_assert_eq(tw_cgroup_find("0::/docker/abc/inner\n", mounts, 2, &g), 0);
	cr_assert_str_eq(g.path, "/inner");
	cr_assert_eq(tw_cgroup_find("0::/docker/abc\n", mounts, 2, &g), 0);
	cr_assert_str_eq(g.path, "");
	cr_assert_eq(tw_cgroup_find("0::/docker/abcdef\n", mounts, 2, &g), 0);
	cr_assert_str_eq(g.path, "", "another group: only the mount itself can be read");
}

static void put(const char *root, const char *path, const char *text)
{
	char full[1200], *slash;
	FILE *f;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0777);
		*slash = '/';
	}
	f = fopen(full, "w");
	cr_assert_not_null(f, "%s", full);
	fputs(text, f);
	fclose(f);
}

static void remove_root(const char *root)
{
	char command[600];

	snprintf(command, sizeof command, "rm -r '%s'", root);
	cr_assert_eq(system(command), 0);
}

Test(cgroup, version_2_tightest_of_the_path)
{
	char root[] = "/tmp/thalweg-cgroup-XXXXXX";

	cr_assert_not_null(mkdtemp(root));
	cr_assert_float_eq(tw_cgroup_cpus(root), 0, 0, "nothing there");
	put(root, "/proc/self/cgroup", "0::/a/b/c\n");
	put(root, "/proc/self/mountinfo", v2_mounts);
	cr_assert_float_eq(tw_cgroup_cpus(root), 0, 0, "no limit files");
	put(root, "/sys/fs/c group/a/b/c/cpu.max", "max 100000\n");
	put(root, "/sys/fs/c group/a/b/cpu.max", "400000 100000\n");
	cr_assert_float_eq(tw_cgroup_cpus(root), 4, 1e-9);
	put(root, "/sys/fs/c group/a/cpu.max", "150000 100000\n");
	cr_assert_float_eq(tw_cgroup_cpus(root), 1.5, 1e-9);
	put(root, "/sys/fs/c group/a/b/c/cpu.max", "25000 100000\n");
	cr_assert_float_eq(tw_cgroup_cpus(root), 0.25, 1e-9);
	remove_root(root);
}

Test(cgroup, version_1)
{
	char root[] = "/tmp/thalweg-cgroup-XXXXXX";

	cr_assert_not_null(mkdtemp(root));
	put(root, "/proc/self/cgroup", v1_groups);
	put(root, "/proc/self/mountinfo", v1_mounts);
	put(root, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
	put(root, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
	put(root, "/sys/fs/cgroup/cpu,cpuacct/box/1/cpu.cfs_quota_us", "300000\n");
	put(root, "/sys/fs/cgroup/cpu,cpuacct/box/1/cpu.cfs_period_us", "100000\n");
	cr_assert_float_eq(tw_cgroup_cpus(root), 3, 1e-9);
	put(root, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
	cr_assert_float_eq(tw_cgroup_cpus(root), 2, 1e-9, "the parent is tighter");
	remove_root(root);
}

/* Whatever this machine has, it can be asked. */
Test(cgroup, this_machine)
{
	cr_assert_geq(tw_cgroup_cpus(""), 0);
}

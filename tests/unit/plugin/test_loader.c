/* Files that are no plugins, or bad ones: each is refused with its reason, and none of
 * them, however damaged, harms the engine. */
#include "files.h"

#include <elf.h>
#include <errno.h>
#include <plugin/loader.h>
#include <plugin/registry.h>

static void refused(const char *path, int want, const char *why)
{
	struct tw_loaded l;
	char err[400] = "";
	int ret = tw_plugin_load(path, &l, err, sizeof err);

	cr_assert_lt(ret, 0, "%s was accepted", path);
	cr_assert_eq(ret, want, "%s: %d", path, ret);
	cr_assert_not_null(strstr(err, why), "%s: \"%s\", not \"%s\"", path, err, why);
	cr_assert_null(l.plugin);
	cr_assert_null(l.handle);
	tw_plugin_unload(&l);
}

static void accepted(const char *path, const char *kind)
{
	struct tw_loaded l;
	char err[400] = "";

	cr_assert_eq(tw_plugin_load(path, &l, err, sizeof err), 0, "%s: %s", path, err);
	cr_assert_str_eq(l.plugin->kinds[0]->id, kind);
	cr_assert_str_eq(l.path, path);
	tw_plugin_unload(&l);
	cr_assert_null(l.plugin);
}

Test(loader, sound_ones)
{
	accepted(FIXTURE("good"), "fixture.drop");
	accepted(FIXTURE("declared"), "fixture.declared");
}

Test(loader, no_file)
{
	refused("/no/such/file.so", -ENOENT, "can't be read");
	refused("/", -ENOEXEC, "no regular file");
}

Test(loader, no_elf)
{
	char dir[200], path[300];

	make_dir(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/a.so", dir);
	write_file(path, "", 0);
	refused(path, -ENOEXEC, "empty");
	write_file(path, "not a plugin at all, but a text of more than 64 bytes: long enough for a header\n", 78);
	refused(path, -ENOEXEC, "no ELF file");
	write_file(path, "\177ELF", 4);
	refused(path, -ENOEXEC, "no ELF file");
	remove_dir(dir);
}

/* The header of a good one, changed in one place. */
static void patched(size_t at, uint16_t value, size_t width, const char *why)
{
	char dir[200], path[300];
	unsigned char *bytes;
	size_t len;

	make_dir(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/a.so", dir);
	bytes = read_file(FIXTURE("good"), &len);
	memcpy(bytes + at, &value, width);
	write_file(path, bytes, len);
	free(bytes);
	refused(path, -ENOEXEC, why);
	remove_dir(dir);
}

Test(loader, other_machines)
{
	patched(EI_CLASS, ELFCLASS32, 1, "another kind of machine");
	patched(offsetof(Elf64_Ehdr, e_machine), EM_RISCV, 2, "another kind of machine");
	patched(offsetof(Elf64_Ehdr, e_type), ET_REL, 2, "no shared object");
	patched(offsetof(Elf64_Ehdr, e_shentsize), 32, 2, "damaged");
	patched(offsetof(Elf64_Ehdr, e_shnum), 0xfffe, 2, "damaged");
	patched(offsetof(Elf64_Ehdr, e_shstrndx), 0xfff0, 2, "damaged");
}

/* Cut short anywhere: refused, not crashed on. */
Test(loader, cut_short, .timeout = 60)
{
	char dir[200], path[300];
	unsigned char *bytes;
	size_t len, at;

	make_dir(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/a.so", dir);
	bytes = read_file(FIXTURE("good"), &len);
	for (at = 0; at < len; at += at < 512 ? 13 : 211) {
		struct tw_loaded l;
		char err[400] = "";

		write_file(path, bytes, at);
		cr_assert_lt(tw_plugin_load(path, &l, err, sizeof err), 0, "%zu of %zu bytes were accepted", at, len);
		cr_assert_neq(err[0], 0);
	}
	free(bytes);
	remove_dir(dir);
}

/* Any bytes of the header and the section table damaged: the reader of the file stays
 * inside it. (Loading such a file is the system's, which we do not try.) */
Test(loader, damaged_tables_are_read_safely, .timeout = 60)
{
	char dir[200], path[300];
	unsigned char *bytes, *copy;
	uint64_t seed = 4711;
	size_t len, table;
	uint32_t i, k;

	make_dir(dir, sizeof dir);
	snprintf(path, sizeof path, "%s/a.so", dir);
	bytes = read_file(FIXTURE("good"), &len);
	table = (size_t)((const Elf64_Ehdr *)(const void *)bytes)->e_shoff;
	copy = malloc(len);
	for (i = 0; i < 1500; i++) {
		struct tw_elf_facts facts;
		char err[400] = "";
		int ret;

		memcpy(copy, bytes, len);
		for (k = 0; k < 1 + i % 6; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			copy[(seed >> 33) % 3 ? table + (seed >> 20) % (len - table) : 16 + (seed >> 20) % 48] =
				(unsigned char)(seed >> 50);
		}
		write_file(path, copy, len);
		ret = tw_elf_read(path, &facts, err, sizeof err);
		cr_assert(ret == 0 || (ret == -ENOEXEC && err[0]), "round %u: %d", i, ret);
	}
	free(copy);
	free(bytes);
	remove_dir(dir);
}

Test(loader, not_a_plugin)
{
	refused(FIXTURE("no_table"), -ENOEXEC, "exports no symbol tw_plugin");
}

Test(loader, unresolved_symbol)
{
	refused(FIXTURE("unresolved"), -ENOEXEC, "nowhere_to_be_found");
}

Test(loader, other_abi)
{
	refused(FIXTURE("other_abi"), -ENOEXEC, "built for ABI 42, this engine has ABI 1");
}

/* Nothing of a plugin of another ABI runs, not even its constructors. */
Test(loader, runs_no_code_of_another_abi)
{
	cr_assert_eq(unsetenv("THALWEG_FIXTURE_RAN"), 0);
	refused(FIXTURE("constructor"), -ENOEXEC, "built for ABI 2");
	cr_assert_null(getenv("THALWEG_FIXTURE_RAN"), "its constructor ran");
}

Test(loader, writable_static_data)
{
	refused(FIXTURE("writable"), -ENOEXEC, "batches_seen");
	refused(FIXTURE("per_thread"), -ENOEXEC, "batches_seen");
}

Test(loader, unsound_tables)
{
	refused(FIXTURE("no_kinds"), -ENOEXEC, "without name, version or operators");
	refused(FIXTURE("bad_id"), -ENOEXEC, "without a proper id");
	refused(FIXTURE("bad_port"), -ENOEXEC, "operator \"fixture.bad_port\": bad name of a port");
	refused(FIXTURE("no_max_out"), -ENOEXEC, "has outputs but max_out is 0");
	refused(FIXTURE("no_process"), -ENOEXEC, "has no process()");
	refused(FIXTURE("no_source"), -ENOEXEC, "is no source");
	refused(FIXTURE("leaks"), -ENOEXEC, "no destroy()");
}

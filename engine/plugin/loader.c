/* plugin/loader.c - loads one plugin; see registry.h (tw_plugin_load). [control] */
#include <plugin/loader.h>
#include <plugin/registry.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int refuse(char *err, size_t err_len, const char *fmt, const char *arg)
{
	snprintf(err, err_len, fmt, arg);
	return -ENOEXEC;
}

static bool is_name(const char *s)
{
	return s && *s && strlen(s) < 64 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == strlen(s);
}

static int check_ports(const struct tw_kind *k, char *err, size_t err_len)
{
	const char *const *lists[2] = {k->in, k->out};
	uint32_t l, i;

	for (l = 0; l < 2; l++)
		for (i = 0; lists[l] && lists[l][i]; i++)
			if (i == 16 || !is_name(lists[l][i]) || strcmp(lists[l][i], "err") == 0)
				return refuse(err, err_len, "operator \"%s\": bad name of a port, or more than 16",
					      k->id);
	return 0;
}

static int check_kind(const struct tw_kind *k, char *err, size_t err_len)
{
	const bool is_source = !k->in || !k->in[0];

	if (!is_name(k->id))
		return refuse(err, err_len, "has an operator without a proper id%s", "");
	if (!k->version || !k->help)
		return refuse(err, err_len, "operator \"%s\" has no version or help text", k->id);
	if (!is_source && !k->process)
		return refuse(err, err_len, "operator \"%s\" takes input but has no process()", k->id);
	if (is_source && !k->extension)
		return refuse(err, err_len, "operator \"%s\" has no input and is no source (tw.source/1)", k->id);
	if (k->out && k->out[0] && k->max_out == 0)
		return refuse(err, err_len, "operator \"%s\" has outputs but max_out is 0", k->id);
	if (k->create && !k->destroy)
		return refuse(err, err_len, "operator \"%s\" has create() but no destroy()", k->id);
	return check_ports(k, err, err_len);
}

static int check_abi(uint32_t abi, char *err, size_t err_len)
{
	if (abi == TW_ABI)
		return 0;
	snprintf(err, err_len, "was built for ABI %u, this engine has ABI %u: build it again with this engine's SDK",
		 abi, TW_ABI);
	return -ENOEXEC;
}

static int check_table(const struct tw_plugin *p, const struct tw_elf_facts *elf, char *err, size_t err_len)
{
	uint32_t i, flags = 0;

	int ret = check_abi(p->abi, err, err_len);

	if (ret < 0)
		return ret;
	if (!is_name(p->name) || !p->version || !p->kinds || !p->kinds[0])
		return refuse(err, err_len, "has a table without name, version or operators%s", "");
	for (i = 0; p->kinds[i]; i++) {
		ret = check_kind(p->kinds[i], err, err_len);
		if (ret < 0)
			return ret;
		flags |= p->kinds[i]->flags;
	}
	if (elf->writable_bytes && !(flags & TW_STATIC_DATA)) {
		snprintf(err, err_len,
			 "has %llu bytes of writable static data in %s (%s), which all instances would share: make it "
			 "const, "
			 "keep it in the instance, or declare TW_STATIC_DATA",
			 (unsigned long long)elf->writable_bytes, elf->writable_section,
			 elf->writable_symbol[0] ? elf->writable_symbol : "stripped");
		return -ENOEXEC;
	}
	return 0;
}

int tw_plugin_load(const char *path, struct tw_loaded *out, char *err, size_t err_len)
{
	struct tw_elf_facts elf;
	int ret;

	memset(out, 0, sizeof *out);
	ret = tw_elf_read(path, &elf, err, err_len);
	if (ret < 0)
		return ret;
	if (!elf.has_table)
		return refuse(err, err_len, "exports no symbol tw_plugin: it is no Thalweg plugin%s", "");
	if (elf.abi) { /* before its constructors run */
		ret = check_abi(elf.abi, err, err_len);
		if (ret < 0)
			return ret;
	}
	out->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!out->handle) {
		const char *why = dlerror();

		return refuse(err, err_len, "can't be loaded: %s", why ? why : "no reason given");
	}
	out->plugin = dlsym(out->handle, "tw_plugin");
	ret = out->plugin ? check_table(out->plugin, &elf, err, err_len) : -ENOEXEC;
	if (ret < 0) {
		dlclose(out->handle);
		memset(out, 0, sizeof *out);
		return ret;
	}
	out->path = strdup(path);
	return out->path ? 0 : -ENOMEM;
}

void tw_plugin_unload(struct tw_loaded *l)
{
	if (l->handle)
		dlclose(l->handle);
	free(l->path);
	free(l->error);
	memset(l, 0, sizeof *l);
}

/*
 * plugin/loader.h - one file: is it a plugin, and its table. Only loader.c includes
 * dlfcn.h. The contract is in registry.h (tw_plugin_load). [control]
 */
#ifndef TW_PLUGIN_LOADER_H
#define TW_PLUGIN_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the ELF file says of itself, before it is loaded. */
struct tw_elf_facts {
	bool has_table;          /* exports tw_plugin */
	uint32_t abi;            /* that the table was built for; 0: can't be told from the file */
	uint64_t writable_bytes; /* .data and .bss: static data that code can change */
	char writable_section[32];
	char writable_symbol[64]; /* one such object, if the file names it */
};

/* Read the file's headers. 0; -ENOEXEC with a line in err: no ELF shared object for
 * this machine; -errno: can't be read. */
int tw_elf_read(const char *path, struct tw_elf_facts *out, char *err, size_t err_len);

#endif

/*
 * plugin/elf.c - judge a shared object by its headers, running nothing of it.
 *
 * Static data that code can change would be shared by all instances of an
 * operator, and by old and new version where a hash is still mapped: so it must
 * be declared (TW_STATIC_DATA). Constant tables with pointers lie in
 * .data.rel.ro, which is read-only after relocation and does not count. The few
 * bytes that the compiler's start files put into .data and .bss do not either.
 */
#include <plugin/loader.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct image {
	const unsigned char *bytes;
	size_t len;
	const Elf64_Ehdr *head;
	const Elf64_Shdr *sections;
};

static int refuse(char *err, size_t err_len, const char *why)
{
	snprintf(err, err_len, "%s", why);
	return -ENOEXEC;
}

#if defined __x86_64__
#define OUR_MACHINE EM_X86_64
#elif defined __aarch64__
#define OUR_MACHINE EM_AARCH64
#else
#define OUR_MACHINE EM_NONE
#endif

static int check_head(struct image *im, char *err, size_t err_len)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)(const void *)im->bytes;

	if (im->len < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
		return refuse(err, err_len, "is no ELF file: build it with -shared -fPIC");
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != OUR_MACHINE)
		return refuse(err, err_len, "was built for another kind of machine");
	if (h->e_type != ET_DYN)
		return refuse(err, err_len, "is no shared object: build it with -shared -fPIC");
	if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shoff > im->len || h->e_shoff % _Alignof(Elf64_Shdr) != 0 ||
	    (im->len - h->e_shoff) / sizeof(Elf64_Shdr) < h->e_shnum || h->e_shstrndx >= h->e_shnum)
		return refuse(err, err_len, "is cut short or damaged: its section table does not fit the file");
	im->head = h;
	im->sections = (const Elf64_Shdr *)(const void *)(im->bytes + h->e_shoff);
	return 0;
}

/* A NUL-terminated name in a string section, "" when out of bounds. */
static const char *name_at(const struct image *im, const Elf64_Shdr *strings, uint64_t off)
{
	if (strings->sh_offset > im->len || strings->sh_size > im->len - strings->sh_offset ||
	    off >= strings->sh_size || im->bytes[strings->sh_offset + strings->sh_size - 1] != 0)
		return "";
	return (const char *)im->bytes + strings->sh_offset + off;
}

static bool is_start_file(const char *symbol)
{
	return strncmp(symbol, "completed.", 10) == 0 || strcmp(symbol, "__dso_handle") == 0 ||
	       strcmp(symbol, "__TMC_END__") == 0 || symbol[0] == 0;
}

/* The first member of the table, as the file has it: no relocation touches a number. */
static uint32_t read_abi(const struct image *im, const Elf64_Shdr *at, uint64_t address)
{
	const uint64_t off = address - at->sh_addr;
	uint32_t abi;

	if (at->sh_type == SHT_NOBITS || at->sh_offset > im->len || at->sh_size > im->len - at->sh_offset ||
	    at->sh_size < sizeof abi || off > at->sh_size - sizeof abi)
		return 0;
	memcpy(&abi, im->bytes + at->sh_offset + off, sizeof abi);
	return abi;
}

/* Walk a symbol table: is tw_plugin exported, and which objects are writable? */
static void read_symbols(const struct image *im, const Elf64_Shdr *s, struct tw_elf_facts *out)
{
	const Elf64_Shdr *strings;
	uint64_t i, n = s->sh_size / sizeof(Elf64_Sym);
	const Elf64_Sym *sym;

	if (s->sh_link >= im->head->e_shnum || s->sh_offset > im->len || s->sh_size > im->len - s->sh_offset ||
	    s->sh_offset % _Alignof(Elf64_Sym) != 0)
		return;
	strings = &im->sections[s->sh_link];
	sym = (const Elf64_Sym *)(const void *)(im->bytes + s->sh_offset);
	for (i = 0; i < n; i++) {
		const char *name = name_at(im, strings, sym[i].st_name);
		const unsigned char type = ELF64_ST_TYPE(sym[i].st_info);
		const Elf64_Shdr *at = sym[i].st_shndx < im->head->e_shnum ? &im->sections[sym[i].st_shndx] : NULL;
		const char *section = at ? name_at(im, &im->sections[im->head->e_shstrndx], at->sh_name) : "";

		if (sym[i].st_shndx != SHN_UNDEF && strcmp(name, "tw_plugin") == 0) {
			out->has_table = true;
			out->abi = at ? read_abi(im, at, sym[i].st_value) : 0;
		}
		if ((type == STT_OBJECT || type == STT_TLS) && sym[i].st_size && !is_start_file(name) &&
		    (strcmp(section, ".data") == 0 || strcmp(section, ".bss") == 0 ||
		     strncmp(section, ".tbss", 5) == 0 || strncmp(section, ".tdata", 6) == 0))
			snprintf(out->writable_symbol, sizeof out->writable_symbol, "%s", name);
	}
}

static void read_sections(const struct image *im, struct tw_elf_facts *out)
{
	/* .data: __dso_handle (8 bytes); .bss: the start file's `completed` flag, padded */
	static const struct {
		const char *name;
		uint64_t usual;
	} writable[] = {{".data", 8}, {".bss", 8}, {".tdata", 0}, {".tbss", 0}};
	uint32_t i, k;

	for (i = 0; i < im->head->e_shnum; i++) {
		const Elf64_Shdr *s = &im->sections[i];
		const char *name = name_at(im, &im->sections[im->head->e_shstrndx], s->sh_name);

		if (s->sh_type == SHT_DYNSYM || s->sh_type == SHT_SYMTAB)
			read_symbols(im, s, out);
		for (k = 0; k < sizeof writable / sizeof *writable; k++) {
			if (strcmp(name, writable[k].name) != 0 || s->sh_size <= writable[k].usual)
				continue;
			out->writable_bytes += s->sh_size;
			snprintf(out->writable_section, sizeof out->writable_section, "%s", name);
		}
	}
}

int tw_elf_read(const char *path, struct tw_elf_facts *out, char *err, size_t err_len)
{
	struct image im = {0};
	struct stat st;
	void *map;
	int fd, ret;

	memset(out, 0, sizeof *out);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		ret = -errno;
		snprintf(err, err_len, "can't be read: %s", strerror(-ret));
		if (fd >= 0)
			close(fd);
		return ret;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return refuse(err, err_len, "is no ELF file: it is empty or no regular file");
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -ENOMEM;
	im.bytes = map;
	im.len = (size_t)st.st_size;
	ret = check_head(&im, err, err_len);
	if (ret == 0)
		read_sections(&im, out);
	munmap(map, im.len);
	return ret;
}

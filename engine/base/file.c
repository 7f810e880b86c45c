/* base/file.c - whole files into memory. */
#include <base/json.h>

#include <base/alloc.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Into *text, with a spare byte at the end. 0 or -errno, *text to be freed in any case. */
static int read_all(int fd, char **text, size_t *len)
{
	size_t cap = 0;

	*text = NULL;
	*len = 0;
	for (;;) {
		ssize_t n;

		if (*len + 1 >= cap) {
			cap = cap ? cap * 2 : 16384;
			*text = tw_realloc(*text, cap, 1);
		}
		n = read(fd, *text + *len, cap - *len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		*len += (size_t)n;
		if (*len > TW_FILE_MAX)
			return -EFBIG;
	}
}

int tw_file_read(const char *path, char **text, size_t *len)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, text, len);
	close(fd);
	if (err) {
		free(*text);
		*text = NULL;
		return err;
	}
	(*text)[*len] = '\0';
	return 0;
}

/* base/json_write.c - strings as JSON writes them. */
#include <base/json.h>

#include <base/where.h>

#include <string.h>

void tw_json_put_str(FILE *out, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (!s) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (size_t i = 0; i < len;) {
		uint32_t n = tw_utf8_len(s + i, len - i);

		if (!n)
			fputs("\\ufffd", out);
		else if (s[i] == '"' || s[i] == '\\')
			fprintf(out, "\\%c", s[i]);
		else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			fprintf(out, "\\u%04x", (unsigned)s[i]);
		else
			fwrite(s + i, 1, n, out);
		i += n ? n : 1;
	}
	fputc('"', out);
}

void tw_pointer_add(char *buf, size_t len, const char *pointer, const char *member)
{
	size_t n = strlen(pointer);

	if (!len)
		return;
	n = n < len ? n : len - 1;
	memmove(buf, pointer, n);
	if (n + 1 < len)
		buf[n++] = '/';
	for (; *member && n + 2 < len; member++) {
		if (*member == '~' || *member == '/') {
			buf[n++] = '~';
			buf[n++] = *member == '~' ? '0' : '1';
		} else {
			buf[n++] = *member;
		}
	}
	buf[n] = '\0';
}

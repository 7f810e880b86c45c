/* base/where.c - a small scanner over JSON text; see where.h. */
#include <base/where.h>

#include <stdlib.h>
#include <string.h>

/* A piece of text still to be read. */
struct scan {
	const char *p, *end;
};

static void skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

/* Past a string; false when it does not end. */
static bool skip_string(struct scan *s)
{
	for (s->p++; s->p < s->end; s->p++) {
		if (*s->p == '\\') {
			s->p++;
		} else if (*s->p == '"') {
			s->p++;
			return true;
		}
	}
	s->p = s->end;
	return false;
}

static bool skip_value(struct scan *s)
{
	uint32_t depth = 0;

	do {
		skip_space(s);
		if (s->p >= s->end)
			return false;
		switch (*s->p) {
		case '"':
			if (!skip_string(s))
				return false;
			break;
		case '{':
		case '[':
			depth++;
			s->p++;
			break;
		case '}':
		case ']':
			if (!depth)
				return false;
			depth--;
			s->p++;
			break;
		case ',':
		case ':':
			if (!depth)
				return false;
			s->p++;
			break;
		default:
			while (s->p < s->end && !strchr(" \t\r\n,:]}[{\"", *s->p))
				s->p++;
		}
	} while (depth);
	return true;
}

static uint32_t hex4(const char *p, const char *end)
{
	char digits[5] = {0};

	if (end - p < 4)
		return 0;
	memcpy(digits, p, 4);
	return (uint32_t)strtoul(digits, NULL, 16);
}

static uint32_t put_utf8(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One character of a string's inside into out; its number of bytes there. */
static uint32_t next_char(struct scan *s, char out[4])
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *named;
	uint32_t c;

	if (*s->p != '\\' || s->end - s->p < 2) {
		out[0] = *s->p++;
		return 1;
	}
	if (s->p[1] != 'u') {
		named = strchr(from, s->p[1]);
		out[0] = named && *named ? to[named - from] : s->p[1];
		s->p += 2;
		return 1;
	}
	c = hex4(s->p + 2, s->end);
	s->p += s->end - s->p < 6 ? s->end - s->p : 6;
	if (c >= 0xd800 && c < 0xdc00 && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u') {
		c = 0x10000 + ((c - 0xd800) << 10) + ((hex4(s->p + 2, s->end) - 0xdc00) & 0x3ff);
		s->p += 6;
	}
	return put_utf8(c, out);
}

/* Is a key (inside its quotes) the pointer's token? */
static bool key_is(struct scan key, const char *token, size_t len)
{
	const char *end = token + len;
	char c[4];
	uint32_t n;

	while (key.p < key.end) {
		n = next_char(&key, c);
		for (uint32_t i = 0; i < n; i++, token++) {
			char want;

			if (token == end)
				return false;
			want = *token;
			if (want == '~' && token + 1 < end)
				want = *++token == '1' ? '/' : '~';
			if (c[i] != want)
				return false;
		}
	}
	return token == end;
}

/* From a map's brace to the value of the member named token; *key: its name. */
static bool enter_map(struct scan *s, const char *token, size_t len, const char **key)
{
	struct scan name;

	for (s->p++;;) {
		skip_space(s);
		if (s->p >= s->end || *s->p != '"')
			return false;
		*key = s->p;
		if (!skip_string(s))
			return false;
		name = (struct scan){*key + 1, s->p - 1};
		skip_space(s);
		if (s->p >= s->end || *s->p++ != ':')
			return false;
		skip_space(s);
		if (key_is(name, token, len))
			return s->p < s->end;
		if (!skip_value(s))
			return false;
		skip_space(s);
		if (s->p >= s->end || *s->p++ != ',')
			return false;
	}
}

/* From a list's bracket to its value number token. */
static bool enter_list(struct scan *s, const char *token, size_t len)
{
	unsigned long at = strtoul(token, NULL, 10);

	if (len == 0 || strspn(token, "0123456789") != len)
		return false;
	for (s->p++;; at--) {
		skip_space(s);
		if (s->p >= s->end || *s->p == ']')
			return false;
		if (!at)
			return true;
		if (!skip_value(s))
			return false;
		skip_space(s);
		if (s->p >= s->end || *s->p++ != ',')
			return false;
	}
}

static const char *into_string(struct scan s, int offset)
{
	char c[4];

	s.p++;
	while (offset > 0 && s.p < s.end && *s.p != '"')
		offset -= (int)next_char(&s, c);
	return s.p;
}

bool tw_where_find(const char *text, size_t len, const struct tw_where *what, size_t *byte)
{
	struct scan s = {text, text + len};
	const char *pointer = what->pointer;
	const char *key;

	skip_space(&s);
	key = s.p;
	while (*pointer == '/') {
		struct scan inner = s;
		size_t n = strcspn(++pointer, "/");
		bool is_in = s.p < s.end && (*s.p == '{'   ? enter_map(&inner, pointer, n, &key)
					     : *s.p == '[' ? enter_list(&inner, pointer, n)
							   : false);

		if (!is_in) {
			*byte = (size_t)(s.p - text);
			return false;
		}
		if (*s.p == '[')
			key = inner.p;
		s = inner;
		pointer += n;
	}
	if (what->at_key)
		*byte = (size_t)(key - text);
	else if (what->offset >= 0 && s.p < s.end && *s.p == '"')
		*byte = (size_t)(into_string(s, what->offset) - text);
	else
		*byte = (size_t)(s.p - text);
	return true;
}

void tw_where_line(const char *text, size_t byte, uint32_t *line, uint32_t *col)
{
	*line = 1;
	*col = 1;
	for (size_t i = 0; i < byte; i++) {
		(*col)++;
		if (text[i] == '\n') {
			(*line)++;
			*col = 1;
		}
	}
}

bool tw_where_deep(const char *text, size_t len, uint32_t max, size_t *byte)
{
	struct scan s = {text, text + len};
	uint32_t depth = 0;

	while (s.p < s.end) {
		if (*s.p == '"') {
			skip_string(&s);
			continue;
		}
		if (*s.p == '{' || *s.p == '[')
			depth++;
		else if ((*s.p == '}' || *s.p == ']') && depth)
			depth--;
		if (depth > max) {
			*byte = (size_t)(s.p - text);
			return true;
		}
		s.p++;
	}
	return false;
}

uint32_t tw_utf8_len(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n > len)
		return 0;
	for (uint32_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

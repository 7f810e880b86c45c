/* base/guess.c - what a person may have meant by a name that is not known. */
#include <base/diag.h>

#include <ctype.h>
#include <string.h>

/* Longer names are not compared. */
#define WORD_MAX 63u

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t m = a < b ? a : b;

	return m < c ? m : c;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b, case aside. */
static uint32_t distance(const char *a, const char *b)
{
	uint32_t rows[3][WORD_MAX + 1];
	uint32_t *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	uint32_t n = (uint32_t)strlen(a), m = (uint32_t)strlen(b);

	for (uint32_t j = 0; j <= m; j++)
		last[j] = j;
	for (uint32_t i = 1; i <= n; i++) {
		now[0] = i;
		for (uint32_t j = 1; j <= m; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]) &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

static const char *list(char *buf, size_t len, const char *const *candidates, uint32_t n)
{
	static const char more[] = ", ...";
	size_t used = (size_t)snprintf(buf, len, "known: ");

	for (uint32_t i = 0; i < n; i++) {
		size_t need = strlen(candidates[i]) + (i ? 2 : 0);

		if (used + need + (i + 1 < n ? sizeof more : 1) > len) {
			snprintf(buf + used, len - used, "%s", i ? more : "...");
			break;
		}
		used += (size_t)snprintf(buf + used, len - used, "%s%s", i ? ", " : "", candidates[i]);
	}
	return buf;
}

const char *tw_did_you_mean(char *buf, size_t len, const char *word, const char *const *candidates, uint32_t n)
{
	size_t word_len = strlen(word);
	uint32_t best = n, best_d = UINT32_MAX;

	if (!n || len < 32)
		return NULL;
	for (uint32_t i = 0; word_len <= WORD_MAX && i < n; i++) {
		uint32_t d, limit;
		size_t l = strlen(candidates[i]);

		if (l > WORD_MAX)
			continue;
		limit = (uint32_t)((l > word_len ? l : word_len) + 2) / 3;
		d = distance(word, candidates[i]);
		if (d <= limit && d < best_d && d < l) {
			best = i;
			best_d = d;
		}
	}
	if (best == n)
		return list(buf, len, candidates, n);
	snprintf(buf, len, "did you mean \"%s\"?", candidates[best]);
	return buf;
}

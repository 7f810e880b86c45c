/* guess.c - what a name that is not known may have meant. [control] */
#include "ast.h"

#include <stdio.h>

#define NAME_MAX_LEN 48u

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

/* Letters to insert, delete or replace to get from a to b, case aside. */
static uint32_t edits(const char *a, const char *b)
{
	uint32_t row[NAME_MAX_LEN + 1];
	uint32_t n = (uint32_t)strlen(a), m = (uint32_t)strlen(b), i, k, corner, up, best;

	for (k = 0; k <= m; k++)
		row[k] = k;
	for (i = 1; i <= n; i++) {
		corner = row[0];
		row[0] = i;
		for (k = 1; k <= m; k++) {
			up = row[k];
			best = corner + (low(a[i - 1]) != low(b[k - 1]));
			best = up + 1 < best ? up + 1 : best;
			row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
			corner = up;
		}
	}
	return row[m];
}

static const char *list_known(char *buf, size_t len, const char *const *known, uint32_t n)
{
	size_t used = (size_t)snprintf(buf, len, "known: ");
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (used + strlen(known[i]) + 8 > len) {
			snprintf(buf + used, len - used, ", ...");
			break;
		}
		used += (size_t)snprintf(buf + used, len - used, "%s%s", i ? ", " : "", known[i]);
	}
	return buf;
}

const char *xp_guess(char *buf, size_t len, const char *word, const char *const *known, uint32_t n)
{
	uint32_t i, d, best = 0, least = TW_NONE;

	for (i = 0; i < n && strlen(word) <= NAME_MAX_LEN; i++) {
		size_t l = strlen(known[i]);

		if (l > NAME_MAX_LEN)
			continue;
		d = edits(word, known[i]);
		if (d < least && d < l && d <= (l + 2) / 3) {
			least = d;
			best = i;
		}
	}
	if (n == 0)
		return NULL;
	if (least == TW_NONE)
		return list_known(buf, len, known, n);
	snprintf(buf, len, "did you mean \"%s\"?", known[best]);
	return buf;
}

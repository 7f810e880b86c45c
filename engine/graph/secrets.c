/* graph/secrets.c - keeps values of secret variables out of messages. */
#include <graph/spec.h>

#include <base/alloc.h>
#include <base/where.h>

#include <stdlib.h>
#include <string.h>

/* Does a string with a variable stand at the pointer in the file? */
static bool has_variable(const struct tw_spec *s, const char *pointer)
{
	struct tw_where what = {pointer, false, -1};
	size_t at;

	if (!pointer || !tw_where_find(s->text, s->text_len, &what, &at) || s->text[at] != '"')
		return false;
	for (at++; at < s->text_len && s->text[at] != '"'; at += s->text[at] == '\\' ? 2 : 1) {
		if (strncmp(s->text + at, "${", 2) == 0)
			return true;
	}
	return false;
}

static void replace(char **what, const char *secret)
{
	char *at = strstr(*what, secret), *hidden;
	size_t from = 0;

	while (at) {
		hidden = tw_sprintf("%.*s***%s", (int)(at - *what), *what, at + strlen(secret));
		from = (size_t)(at - *what) + 3;
		free(*what);
		*what = hidden;
		at = strstr(*what + from, secret);
	}
}

void tw_spec_hide(const struct tw_spec *s, struct tw_diags *d)
{
	for (uint32_t i = 0; s->n_secrets && i < d->n; i++) {
		char *got = strstr(d->items[i].what, ", got ");

		/* The value may be shown escaped or cut, so that it is not found as it is. */
		if (got && has_variable(s, d->items[i].pointer))
			*got = '\0';
		for (uint32_t k = 0; k < s->n_secrets; k++)
			replace(&d->items[i].what, s->secrets[k]);
	}
}

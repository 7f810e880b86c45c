/* A good graph, cut short at every byte and with every byte changed: it is refused
 * or accepted, with a place for every error, and nothing else happens. */
#include "help.h"

static const char good[] = "{\"thalweg\": \"1\", \"name\": \"g\",\n"
			   " \"vars\": {\"n\": {\"type\": \"int\", \"default\": 5}, \"k\": {\"type\": \"string\", "
			   "\"default\": \"\\u00e9\", \"secret\": true}},\n"
			   " \"defaults\": {\"queue\": {\"slots\": 8}, \"wait\": \"spin\"},\n"
			   " \"nodes\": {\n"
			   "  \"a\": {\"op\": \"gen\", \"config\": {\"x\": \"${n}\", \"y\": [\"-${k}-\", 1.5e1, "
			   "null]}, \"watermark\": {\"field\": \"t\"}},\n"
			   "  \"w\": {\"op\": \"window\", \"config\": {\"size\": \"10s\", \"by\": [\"x\"]}, \"by\": "
			   "[\"x\"], \"place\": {\"near\": \"a\"}},\n"
			   "  \"o\": {\"op\": \"null_out\"}},\n"
			   " \"edges\": [\"a -> w\", {\"from\": \"w.late\", \"to\": \"o.in\", \"queue\": {\"full\": "
			   "\"block\"}}, \"w -> o\"]}\n";

/* Everything a program does with a text; every error must have got a place. */
static void run(const char *text, size_t len)
{
	struct tw_checked *checked = NULL;
	struct tw_diags d;
	struct tw_spec *s;
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	tw_diags_init(&d);
	tw_spec_parse("g.json", text, len, NULL, 0, &s, &d);
	if (s->n_nodes)
		tw_check(s, &kinds, &checked, &d);
	cr_assert_eq(checked != NULL, d.n_errors == 0, "refused without an error, or the other way round: %.*s",
		     (int)len, text);
	tw_diags_locate(&d, text, len);
	for (uint32_t i = 0; i < d.n; i++)
		cr_assert(d.items[i].line > 0 && d.items[i].col > 0, "no place: %s", d.items[i].what);
	tw_diags_print(&d, out, "g.json", text, len, false);
	tw_diags_print(&d, out, "g.json", text, len, true);
	fclose(out);
	free(words);
	tw_checked_destroy(checked);
	tw_spec_destroy(s);
	tw_diags_fini(&d);
}

Test(mangled, not_at_all)
{
	struct tried t = try_graph(good, NULL, 0);

	cr_assert_not_null(t.checked, "%s", first(&t.d));
	cr_expect_eq(t.d.n, 0, "%s", first(&t.d));
	end_try(&t);
}

/* The copy has no byte to spare, so that a read past its end is seen. */
Test(mangled, cut_short, .timeout = 120)
{
	for (size_t len = 0; len < sizeof good; len++) {
		char *text = malloc(len ? len : 1);

		memcpy(text, good, len);
		run(text, len);
		free(text);
	}
}

Test(mangled, each_byte_changed, .timeout = 120)
{
	static const char bytes[] = "\"{}[],:\\x0 $.\xff\n-";
	size_t len = sizeof good - 1;
	char *text = malloc(len);

	memcpy(text, good, len);
	for (size_t i = 0; i < len; i++) {
		for (size_t k = 0; k < sizeof bytes; k++) { /* the NUL, too */
			text[i] = bytes[k];
			run(text, len);
		}
		text[i] = good[i];
	}
	free(text);
}

Test(mangled, each_byte_left_out_or_doubled, .timeout = 120)
{
	size_t len = sizeof good - 1;
	char *text = malloc(len + 1);

	for (size_t i = 0; i < len; i++) {
		memcpy(text, good, i);
		memcpy(text + i, good + i + 1, len - i - 1);
		run(text, len - 1);
		memcpy(text, good, i + 1);
		memcpy(text + i + 1, good + i, len - i);
		run(text, len + 1);
	}
	free(text);
}

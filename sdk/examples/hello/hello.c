#include <thalweg/thalweg.h>
static int bind(struct tw_bind *b)
{
	const struct tw_field **f = tw_bind_plan(b, 2 * sizeof *f);
	f[0] = tw_bind_field(b, 0, "field", TW_STR);
	f[1] = tw_bind_add(b, 0, "greeting", TW_STR, 1);
	b->host->text(b);
	return tw_bind_end(b);
}
static int process(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *b)
{
	const struct tw_field **f = op;
	for (uint32_t i = 0, len = 0; i < b->n_sel; i++) {
		char text[80] = "hello, ";
		uint32_t row = tw_row(b, i);
		const char *name = tw_is_null(b, f[0], row) ? "" : tw_get_text(b, f[0], row, &len);
		strncat(text, name, len < 64 ? len : 64);
		tw_set_valid(b, f[1], row, tw_set_text(ctx, b, f[1], row, text, (uint32_t)strlen(text)) == 0);
	}
	return tw_emit(ctx, port, b);
}
static const char *const in[] = {"in", NULL}, *const out[] = {"out", NULL};
static const char conf[] = "{\"properties\": {\"field\": {\"type\": \"string\", \"default\": \"name\"}}}";
static const struct tw_kind kind = {"hello", "1", "Greets.", conf, in, out, TW_STATELESS, 1, bind, .process = process};
const struct tw_plugin tw_plugin = {TW_ABI, "hello", "1", (const struct tw_kind *const[]){&kind, NULL}};

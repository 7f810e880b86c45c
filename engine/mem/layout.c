/* mem/layout.c - column offsets; see layout.h. */
#include <mem/layout.h>

static uint32_t align_up(uint32_t x, uint32_t a)
{
	return (x + a - 1) / a * a;
}

static uint32_t natural(uint32_t width)
{
	uint32_t a = 1;

	while (a < 8 && a * 2 <= width)
		a *= 2;
	return a;
}

static uint32_t layout_class(struct tw_column *cols, uint32_t n, uint32_t cls)
{
	uint32_t rows = TW_CLASS_ROWS(cls), bits = (rows + 7) / 8, at = tw_batch_head(cls), i;
	const int wide = rows >= 64;

	for (i = 0; i < n; i++) {
		struct tw_column *c = &cols[i];

		at = align_up(at, wide ? 64 : natural(c->width));
		c->val_off[cls] = at;
		at += c->type == TW_BOOL ? bits : rows * c->width;
	}
	for (i = 0; i < n; i++) {
		cols[i].nul_off[cls] = TW_NONE;
		if (!cols[i].nullable)
			continue;
		at = align_up(at, wide ? 64 : 1);
		cols[i].nul_off[cls] = at;
		at += bits;
	}
	return align_up(at, 64);
}

void tw_layout(struct tw_column *cols, uint32_t n, uint32_t bytes[TW_CLASSES])
{
	uint32_t cls;

	for (cls = 0; cls < TW_CLASSES; cls++)
		bytes[cls] = layout_class(cols, n, cls);
}

/* Random families of columns: no two bytes have two meanings, everything is aligned
 * and lies inside the batch. */
#include <criterion/criterion.h>
#include <mem/layout.h>
#include <stdlib.h>

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

static uint32_t natural(const struct tw_column *c)
{
	switch (c->type) {
	case TW_BOOL: return 1;
	case TW_I32:
	case TW_U32:
	case TW_F32: return 4;
	case TW_FIXED: return 1;
	case TW_STR:
	case TW_BYTES: return _Alignof(struct tw_view);
	default: return 8;
	}
}

/* Claim bytes [off, off + len) of a batch of `size`. */
static void claim(unsigned char *used, uint32_t size, uint32_t off, uint32_t len)
{
	uint32_t i;

	cr_assert_leq(off, size);
	cr_assert_leq(len, size - off, "%u bytes at %u in a batch of %u", len, off, size);
	for (i = 0; i < len; i++) {
		cr_assert_eq(used[off + i], 0, "byte %u has two owners", off + i);
		used[off + i] = 1;
	}
}

static void check_class(const struct tw_column *cols, uint32_t n, uint32_t cls, uint32_t size)
{
	const uint32_t rows = TW_CLASS_ROWS(cls), align = rows >= 64 ? 64 : 1;
	unsigned char *used = calloc(1, size + 1);
	uint32_t i;

	cr_assert_eq(size % 64, 0);
	claim(used, size, 0, (uint32_t)sizeof(struct tw_batch) + 2 * rows);
	for (i = 0; i < n; i++) {
		const struct tw_column *c = &cols[i];

		cr_assert_eq(c->val_off[cls] % natural(c), 0, "type %u at %u", c->type, c->val_off[cls]);
		cr_assert_eq(c->val_off[cls] % align, 0);
		claim(used, size, c->val_off[cls], c->type == TW_BOOL ? (rows + 7) / 8 : rows * c->width);
		if (!c->nullable) {
			cr_assert_eq(c->nul_off[cls], TW_NONE);
			continue;
		}
		cr_assert_eq(c->nul_off[cls] % align, 0);
		claim(used, size, c->nul_off[cls], (rows + 7) / 8);
	}
	free(used);
}

static void check(struct tw_column *cols, uint32_t n)
{
	uint32_t bytes[TW_CLASSES], cls;

	tw_layout(cols, n, bytes);
	for (cls = 0; cls < TW_CLASSES; cls++)
		check_class(cols, n, cls, bytes[cls]);
}

Test(layout, random_schemas)
{
	uint64_t seed = 0x5eed5eed;
	struct tw_column cols[250];
	uint32_t round, i;

	for (round = 0; round < 300; round++) {
		uint32_t n = (uint32_t)(next_random(&seed) % (round % 10 == 0 ? 251 : 20));

		memset(cols, 0xee, sizeof cols);
		for (i = 0; i < n; i++) {
			cols[i].type = (uint8_t)(1 + next_random(&seed) % TW_FIXED);
			cols[i].nullable = next_random(&seed) & 1;
			cols[i].width = cols[i].type == TW_FIXED ? 1 + (uint32_t)(next_random(&seed) % 40)
								 : tw_type_width(cols[i].type);
		}
		check(cols, n);
	}
}

Test(layout, no_column)
{
	uint32_t bytes[TW_CLASSES], cls;

	tw_layout(NULL, 0, bytes);
	for (cls = 0; cls < TW_CLASSES; cls++)
		cr_assert_eq(bytes[cls], tw_batch_head(cls));
}

/* A narrow row travels in few lines: the header and, here, one more. */
Test(layout, narrow_row_is_two_lines_more)
{
	struct tw_column cols[] = {{.type = TW_I64, .width = 8},
				   {.type = TW_TIMESTAMP, .width = 8},
				   {.type = TW_F64, .width = 8, .nullable = 1},
				   {.type = TW_BOOL}};
	uint32_t bytes[TW_CLASSES];

	tw_layout(cols, 4, bytes);
	cr_assert_leq(bytes[0], tw_batch_head(0) + 64u);
}

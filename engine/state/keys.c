/* state/keys.c - keys as words; see keys.h. */
#include <state/keys.h>

#include <state/hash.h>
#include <thalweg/row.h>

#include <errno.h>

static uint32_t words_of(const struct tw_field *f)
{
	if (tw_type_is_text(f->type))
		return 2;
	return f->type == TW_FIXED ? (f->width + 7u) / 8u : 1;
}

int tw_keys_init(struct tw_keys *keys, const struct tw_state_spec *spec, uint64_t seed)
{
	uint32_t k;

	if (spec->n_keys > TW_KEYS_MOST)
		return -EINVAL;
	*keys = (struct tw_keys){.n = spec->n_keys, .seed = tw_hash_fold(seed ^ TW_HASH_B, TW_HASH_C)};
	for (k = 0; k < keys->n; k++) {
		const struct tw_field *f = spec->keys[k];

		if (f->type < TW_BOOL || f->type > TW_FIXED || f->width > UINT16_MAX)
			return -EINVAL;
		keys->key[k] = (struct tw_key){
			.field = f, .width = f->width, .at = keys->words, .words = words_of(f), .type = f->type};
		keys->words += keys->key[k].words;
		keys->has_text |= tw_type_is_text(f->type);
	}
	return 0;
}

static uint64_t f64_word(double v)
{
	uint64_t word;

	if (v != v)
		return 0x7ff8000000000000u;
	v += 0.0; /* -0 becomes 0 */
	memcpy(&word, &v, sizeof word);
	return word;
}

static uint64_t f32_word(float v)
{
	uint32_t word;

	if (v != v)
		return 0x7fc00000u;
	v += 0.0f;
	memcpy(&word, &v, sizeof word);
	return word;
}

/* Which bytes of a view of up to 12 are its own: what lies past them may be anything. */
static const uint64_t own_bytes[TW_VIEW_INLINE + 1][2] = {
	{0x00000000ffffffffu, 0},
	{0x000000ffffffffffu, 0},
	{0x0000ffffffffffffu, 0},
	{0x00ffffffffffffffu, 0},
	{UINT64_MAX, 0},
	{UINT64_MAX, 0x00000000000000ffu},
	{UINT64_MAX, 0x000000000000ffffu},
	{UINT64_MAX, 0x0000000000ffffffu},
	{UINT64_MAX, 0x00000000ffffffffu},
	{UINT64_MAX, 0x000000ffffffffffu},
	{UINT64_MAX, 0x0000ffffffffffffu},
	{UINT64_MAX, 0x00ffffffffffffffu},
	{UINT64_MAX, UINT64_MAX},
};

/* Is it long? */
static inline bool read_text(const struct tw_batch *b, const struct tw_view *v, uint64_t to[2])
{
	const char *p;
	uint64_t w[2];

	memcpy(w, v, sizeof w);
	if (v->len <= TW_VIEW_INLINE) {
		to[0] = w[0] & own_bytes[v->len][0];
		to[1] = w[1] & own_bytes[v->len][1];
		return false;
	}
	p = tw_view_ptr(b, v);
	memcpy((char *)w + 4, p, 4);
	memcpy(&w[1], &p, sizeof p);
	memcpy(to, w, sizeof w);
	return true;
}

static bool read_value(const struct tw_key *key, const struct tw_batch *b, uint32_t row, uint64_t *to)
{
	const void *col = tw_col(b, key->field);

	switch (key->type) {
	case TW_BOOL: *to = (uint64_t)tw_bit(col, row); break;
	case TW_I32: *to = (uint64_t)(int64_t)((const int32_t *)col)[row]; break;
	case TW_U32: *to = ((const uint32_t *)col)[row]; break;
	case TW_F32: *to = f32_word(((const float *)col)[row]); break;
	case TW_F64: *to = f64_word(((const double *)col)[row]); break;
	case TW_STR:
	case TW_BYTES: return read_text(b, (const struct tw_view *)col + row, to);
	case TW_FIXED:
		if (key->words)
			to[key->words - 1] = 0;
		memcpy(to, (const char *)col + (size_t)row * key->width, key->width);
		break;
	default: *to = ((const uint64_t *)col)[row]; break;
	}
	return false;
}

/* The common case, in a loop of its own. */
static void read_wide(const struct tw_keys *keys, const struct tw_key *key, const struct tw_key_rows *rows)
{
	const uint64_t *col = tw_col(rows->b, key->field);
	uint64_t *to = rows->words + key->at;
	uint32_t i;

	for (i = 0; i < rows->n; i++, to += keys->words)
		*to = col[rows->row[i]];
}

static void read_texts(const struct tw_keys *keys, const struct tw_key *key, struct tw_key_rows *rows)
{
	const struct tw_view *col = tw_col(rows->b, key->field);
	uint64_t *to = rows->words + key->at;
	uint32_t i;

	for (i = 0; i < rows->n; i++, to += keys->words)
		rows->has_long |= read_text(rows->b, &col[rows->row[i]], to);
}

static void read_column(const struct tw_keys *keys, uint32_t k, struct tw_key_rows *rows)
{
	const struct tw_key *key = &keys->key[k];
	const uint8_t *valid = tw_nulls(rows->b, key->field);
	uint32_t i;

	for (i = 0; i < rows->n; i++) {
		uint64_t *to = rows->words + (size_t)i * keys->words + key->at;

		if (!valid || tw_bit(valid, rows->row[i])) {
			rows->has_long |= read_value(key, rows->b, rows->row[i], to);
			continue;
		}
		memset(to, 0, key->words * sizeof *to);
		rows->nulls[i] |= (uint16_t)(1u << k);
	}
}

static bool is_wide(uint8_t type)
{
	return type == TW_I64 || type == TW_U64 || type == TW_TIMESTAMP || type == TW_DECIMAL;
}

void tw_keys_read(const struct tw_keys *keys, struct tw_key_rows *rows)
{
	uint32_t k;

	memset(rows->nulls, 0, rows->n * sizeof *rows->nulls);
	rows->has_long = false;
	for (k = 0; k < keys->n; k++) {
		const struct tw_key *key = &keys->key[k];

		if (is_wide(key->type) && !key->field->nullable)
			read_wide(keys, key, rows);
		else if (tw_type_is_text(key->type) && !key->field->nullable)
			read_texts(keys, key, rows);
		else
			read_column(keys, k, rows);
	}
}

static bool is_long(const struct tw_key *key, const uint64_t *words)
{
	return tw_type_is_text(key->type) && (uint32_t)words[key->at] > TW_VIEW_INLINE;
}

static const char *row_text(const uint64_t *words)
{
	const char *p;

	memcpy(&p, &words[1], sizeof p);
	return p;
}

static uint64_t hash_mixed(const struct tw_keys *keys, const uint64_t *words, uint64_t h)
{
	uint32_t k, i;

	for (k = 0; k < keys->n; k++) {
		const struct tw_key *key = &keys->key[k];
		const uint64_t *w = words + key->at;

		if (is_long(key, words))
			h = tw_hash_bytes(h, row_text(w), (uint32_t)w[0]);
		else
			for (i = 0; i < key->words; i++)
				h = tw_hash_word(h, w[i]);
	}
	return tw_hash_fold(h, TW_HASH_B);
}

static inline uint64_t hash_words(const uint64_t *words, uint32_t n, uint64_t h)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		h = tw_hash_word(h, words[i]);
	return tw_hash_fold(h, TW_HASH_B);
}

/* What most keys are, a number or a text, in loops without another one inside. */
void tw_keys_hash(const struct tw_keys *keys, const struct tw_key_rows *rows, uint64_t *hash)
{
	const uint64_t *words = rows->words, seed = keys->seed;
	const uint16_t *nulls = rows->nulls;
	const uint32_t n = rows->n;
	uint32_t i;

	if (rows->has_long)
		for (i = 0; i < n; i++)
			hash[i] = hash_mixed(keys, words + (size_t)i * keys->words, seed ^ nulls[i]);
	else if (keys->words == 1)
		for (i = 0; i < n; i++)
			hash[i] = hash_words(words + i, 1, seed ^ nulls[i]);
	else if (keys->words == 2)
		for (i = 0; i < n; i++)
			hash[i] = hash_words(words + 2u * i, 2, seed ^ nulls[i]);
	else
		for (i = 0; i < n; i++)
			hash[i] = hash_words(words + (size_t)i * keys->words, keys->words, seed ^ nulls[i]);
}

bool tw_keys_reread(const struct tw_keys *keys, const uint64_t *entry, const struct tw_blobs *a, uint64_t *row)
{
	uint32_t k;

	bool has_long = false;

	memcpy(row, entry, keys->words * sizeof *row);
	for (k = 0; keys->has_text && k < keys->n; k++) {
		const uint32_t at = keys->key[k].at;
		const char *p;

		if (!is_long(&keys->key[k], entry))
			continue;
		p = tw_blobs_at(a, entry[at + 1]);
		memcpy(&row[at + 1], &p, sizeof p);
		has_long = true;
	}
	return has_long;
}

static bool key_equal(const struct tw_key *key, const uint64_t *entry, const uint64_t *row, const struct tw_blobs *a)
{
	const uint64_t *e = entry + key->at, *r = row + key->at;

	if (!is_long(key, row))
		return tw_words_equal(e, r, key->words);
	return e[0] == r[0] && !memcmp(tw_blobs_at(a, e[1]), row_text(r), (uint32_t)r[0]);
}

bool tw_keys_equal(const struct tw_keys *keys, const uint64_t *entry, const uint64_t *row, const struct tw_blobs *a)
{
	uint32_t k;

	if (!keys->has_text)
		return tw_words_equal(entry, row, keys->words);
	for (k = 0; k < keys->n; k++)
		if (!key_equal(&keys->key[k], entry, row, a))
			return false;
	return true;
}

static void release_first(const struct tw_keys *keys, uint32_t n, const uint64_t *entry, struct tw_blobs *a)
{
	uint32_t k;

	for (k = 0; k < n; k++)
		if (is_long(&keys->key[k], entry))
			tw_blobs_give(a, (uint32_t)entry[keys->key[k].at + 1]);
}

void tw_keys_release(const struct tw_keys *keys, const uint64_t *entry, struct tw_blobs *a)
{
	if (keys->has_text)
		release_first(keys, keys->n, entry, a);
}

bool tw_keys_store(const struct tw_keys *keys, uint64_t *entry, const uint64_t *row, struct tw_blobs *a)
{
	uint32_t k, unit, len;

	memcpy(entry, row, keys->words * sizeof *entry);
	for (k = 0; keys->has_text && k < keys->n; k++) {
		uint32_t at = keys->key[k].at;

		if (!is_long(&keys->key[k], row))
			continue;
		len = (uint32_t)row[at];
		unit = tw_blobs_take(a, len);
		if (unit == TW_NONE) {
			release_first(keys, k, entry, a);
			return false;
		}
		memcpy(tw_blobs_at(a, unit), row_text(row + at), len);
		entry[at + 1] = unit;
	}
	return true;
}

const char *tw_keys_text(const uint64_t *words, const struct tw_blobs *a, uint32_t *len)
{
	*len = (uint32_t)words[0];
	return *len <= TW_VIEW_INLINE ? (const char *)words + 4 : tw_blobs_at(a, words[1]);
}

/* Little-endian: the low bytes of a word are the value of a narrower type. */
int tw_key_write(const struct tw_key *key, const uint64_t *words, const struct tw_blobs *a, struct tw_ctx *ctx,
		 const struct tw_cell *to)
{
	void *col = tw_col(to->b, to->field);
	const char *text;
	uint32_t len;

	if (key->type == TW_BOOL) {
		tw_bit_put(col, to->row, (int)*words);
		return 0;
	}
	if (!tw_type_is_text(key->type)) {
		memcpy((char *)col + (size_t)to->row * key->width, words, key->width);
		return 0;
	}
	text = tw_keys_text(words, a, &len);
	return tw_text_put(ctx, to->b, (struct tw_view *)col + to->row, text, len) < 0 ? -ENOSPC : 0;
}

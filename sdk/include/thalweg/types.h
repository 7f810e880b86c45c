/*
 * thalweg/types.h - types, fields and schemas: what an edge carries.
 *
 * A schema is known before anything runs. An operator resolves each name to a
 * `const struct tw_field *` in bind() and keeps that pointer; on the hot path no
 * name is looked up. A field says where its column lies in a batch of each
 * capacity class; the layout is Arrow's (validity bitmaps, fixed-width values,
 * 16-byte string views).
 *
 * Fields and schemas belong to the engine, are constant once bind() of all
 * nodes is done (val_off and nul_off are filled in then), and live as long as
 * any instance that was made from that bind().
 */
#ifndef THALWEG_TYPES_H
#define THALWEG_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rows a batch can hold, by capacity class: 1, 8, 64, 512. */
#define TW_CLASSES 4
#define TW_MAX_ROWS 512u
#define TW_CLASS_ROWS(cls) (1u << (3u * (cls)))

/* No value / not a place. */
#define TW_NONE UINT32_MAX

enum tw_type {
	TW_BOOL = 1,      /* a bit, least significant first, as in Arrow */
	TW_I32 = 2,       /* int32_t */
	TW_I64 = 3,       /* int64_t */
	TW_U32 = 4,       /* uint32_t */
	TW_U64 = 5,       /* uint64_t */
	TW_F32 = 6,       /* float */
	TW_F64 = 7,       /* double */
	TW_TIMESTAMP = 8, /* int64_t, nanoseconds since the epoch, UTC */
	TW_DECIMAL = 9,   /* int64_t, value * 10^scale */
	TW_STR = 10,      /* struct tw_view, UTF-8 */
	TW_BYTES = 11,    /* struct tw_view */
	TW_FIXED = 12     /* `width` bytes */
};

/* One column of a schema. */
struct tw_field {
	const char *name;
	uint8_t type;                 /* enum tw_type */
	uint8_t nullable;             /* 1: the column has a validity bitmap (1 = valid) */
	uint8_t scale;                /* TW_DECIMAL: digits after the point */
	uint8_t index;                /* position in its schema */
	uint32_t width;               /* bytes a row; 0 for TW_BOOL, 16 for views */
	uint32_t val_off[TW_CLASSES]; /* bytes from the batch's body to the values */
	uint32_t nul_off[TW_CLASSES]; /* ... to the bitmap; TW_NONE: not nullable */
};

/* At most 250 fields. */
struct tw_schema {
	uint32_t n;
	const struct tw_field *const *fields;
};

/* A piece of text: up to 12 bytes inline, else a reference to bytes in one of
 * the batch's buffers. Same memory as Arrow's BinaryView. */
struct tw_view {
	uint32_t len;
	union {
		char inl[12];
		struct {
			char prefix[4];
			uint32_t buf; /* index into tw_batch.bufs */
			uint32_t off; /* bytes from that buffer's first byte */
		} ref;
	} u;
};

#define TW_VIEW_INLINE 12u

/* "i64", "timestamp", ...; "?" for a value that is no type. [any] */
static inline const char *tw_type_name(uint32_t type)
{
	static const char *const names[] = {"?",   "bool",      "i32",     "i64", "u32",   "u64",  "f32",
					    "f64", "timestamp", "decimal", "str", "bytes", "fixed"};

	return names[type < sizeof names / sizeof *names ? type : 0];
}

/* Bytes of one value of a type; 0 for TW_BOOL and TW_FIXED. [any] */
static inline uint32_t tw_type_width(uint32_t type)
{
	static const uint8_t width[] = {0, 0, 4, 8, 4, 8, 4, 8, 8, 8, 16, 16, 0};

	return width[type < sizeof width ? type : 0];
}

/* 1 for the types whose values are struct tw_view. [any] */
static inline int tw_type_is_text(uint32_t type)
{
	return type == TW_STR || type == TW_BYTES;
}

#ifdef __cplusplus
}
#endif
#endif

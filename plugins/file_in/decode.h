/*
 * decode.h - compressed files, known by how they begin and read as what is in them.
 *
 * Several gzip members or zstd frames one after another are one text, as from `cat`.
 * Only decode.c knows zlib and libzstd. [io]
 */
#ifndef DECODE_H
#define DECODE_H

#include <stddef.h>
#include <stdint.h>

enum codec { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD };

/* By the first bytes of a file; four are enough. [any] */
enum codec codec_of(const char *head, size_t len);
const char *codec_name(enum codec codec);

struct decoder;

/* Reads fd from `off` on; NULL: no memory. The descriptor stays the caller's. */
struct decoder *decoder_new(enum codec codec, int fd, int64_t off);
void decoder_free(struct decoder *d); /* NULL is allowed */

/* The next bytes: fewer than len only at the end of all; or a negative errno, -EBADMSG
 * for data that is wrong. */
int64_t decoder_read(struct decoder *d, char *to, uint32_t len);

/* After -EBADMSG: what is wrong, and what to do. Valid until decoder_free. */
const char *decoder_why(const struct decoder *d);

#endif

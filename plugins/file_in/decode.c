/* decode.c - see decode.h. */
#define _GNU_SOURCE
#include "decode.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define INPUT (128u << 10)
#define GZIP_WINDOW (15 + 16) /* the largest window, and a gzip header */

struct decoder {
	enum codec codec;
	int fd;
	int64_t off;       /* of the file: read up to here */
	uint32_t at, have; /* of input: used, there */
	bool at_eof;
	bool between; /* at the end of a member or frame; at first, too */
	z_stream gzip;
	ZSTD_DStream *zstd;
	char why[160];
	char input[INPUT];
};

enum codec codec_of(const char *head, size_t len)
{
	const unsigned char *h = (const unsigned char *)head;

	if (len >= 2 && h[0] == 0x1f && h[1] == 0x8b && (len == 2 || h[2] == Z_DEFLATED))
		return CODEC_GZIP;
	if (len < 4)
		return CODEC_NONE;
	if (h[0] == 0x28 && h[1] == 0xb5 && h[2] == 0x2f && h[3] == 0xfd)
		return CODEC_ZSTD;
	/* a frame that decoders pass over: parallel compressors begin with one */
	return (h[0] & 0xf0) == 0x50 && h[1] == 0x2a && h[2] == 0x4d && h[3] == 0x18 ? CODEC_ZSTD : CODEC_NONE;
}

const char *codec_name(enum codec codec)
{
	return codec == CODEC_GZIP ? "gzip" : codec == CODEC_ZSTD ? "zstd" : "plain";
}

struct decoder *decoder_new(enum codec codec, int fd, int64_t off)
{
	struct decoder *d = malloc(sizeof *d);

	if (!d)
		return NULL;
	memset(d, 0, offsetof(struct decoder, input));
	d->codec = codec;
	d->fd = fd;
	d->off = off;
	d->between = true;
	if (codec == CODEC_ZSTD)
		d->zstd = ZSTD_createDStream();
	if (codec == CODEC_ZSTD ? d->zstd != NULL : inflateInit2(&d->gzip, GZIP_WINDOW) == Z_OK)
		return d;
	free(d);
	return NULL;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	if (d->codec == CODEC_GZIP)
		inflateEnd(&d->gzip);
	ZSTD_freeDStream(d->zstd);
	free(d);
}

const char *decoder_why(const struct decoder *d)
{
	return d->why;
}

/* More input, when there is none left. 0 or -errno. */
static int refill(struct decoder *d)
{
	ssize_t n;

	if (d->at < d->have || d->at_eof)
		return 0;
	do
		n = pread(d->fd, d->input, INPUT, d->off);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	d->at = 0;
	d->have = (uint32_t)n;
	d->off += n;
	d->at_eof = n == 0;
	return 0;
}

static int damaged(struct decoder *d, const char *what)
{
	snprintf(d->why, sizeof d->why, "its %s data is damaged (%.80s): get the file again", codec_name(d->codec),
		 what ? what : "wrong data");
	return -EBADMSG;
}

/* Bytes written to `to`, or -EBADMSG. Zeros after a member are padding. */
static int64_t inflate_some(struct decoder *d, char *to, uint32_t len)
{
	int ret;

	if (d->between) {
		while (d->at < d->have && d->input[d->at] == '\0')
			d->at++;
		if (d->at == d->have)
			return 0;
		inflateReset(&d->gzip);
		d->between = false;
	}
	d->gzip.next_in = (unsigned char *)d->input + d->at;
	d->gzip.avail_in = d->have - d->at;
	d->gzip.next_out = (unsigned char *)to;
	d->gzip.avail_out = len;
	ret = inflate(&d->gzip, Z_NO_FLUSH);
	d->at = d->have - d->gzip.avail_in;
	if (ret == Z_STREAM_END)
		d->between = true;
	else if (ret == Z_MEM_ERROR)
		return -ENOMEM;
	else if (ret != Z_OK && ret != Z_BUF_ERROR)
		return damaged(d, d->gzip.msg);
	return len - d->gzip.avail_out;
}

static int64_t unzstd_some(struct decoder *d, char *to, uint32_t len)
{
	ZSTD_inBuffer in = {d->input, d->have, d->at};
	ZSTD_outBuffer out = {to, len, 0};
	const size_t ret = ZSTD_decompressStream(d->zstd, &out, &in);

	if (ZSTD_isError(ret))
		return damaged(d, ZSTD_getErrorName(ret));
	d->at = (uint32_t)in.pos;
	d->between = ret == 0;
	return (int64_t)out.pos;
}

int64_t decoder_read(struct decoder *d, char *to, uint32_t len)
{
	uint32_t got = 0;

	while (got < len) {
		const int err = refill(d);
		int64_t n;

		if (err < 0)
			return err;
		if (d->at_eof && d->between)
			break;
		n = d->codec == CODEC_GZIP ? inflate_some(d, to + got, len - got) : unzstd_some(d, to + got, len - got);
		if (n < 0)
			return n;
		if (n == 0 && d->at_eof) {
			snprintf(d->why, sizeof d->why, "its %s data ends too early: the file is cut off, get it again",
				 codec_name(d->codec));
			return -EBADMSG;
		}
		got += (uint32_t)n;
	}
	return got;
}

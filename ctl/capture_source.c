/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes under a capture. zlib's gzread would do but for pipes, where it waits for a full buffer: here a
 * packet is delivered once its bytes are there (tcpdump -U -w - | fwctl test RULES -).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "capture_impl.h"
#include "util.h"

enum { GZIP_WINDOW = 15 + 16 }; /* inflateInit2: largest window, gzip framing only */

/* Moves what is unused to the front and reads more, once. Sets eof. */
static int source_fill(struct source *s, char **err)
{
	ssize_t got;

	if (s->pos) {
		memmove(s->in, s->in + s->pos, s->end - s->pos);
		s->end -= s->pos;
		s->pos = 0;
	}
	do {
		got = read(s->fd, s->in + s->end, SOURCE_CHUNK - s->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		int rc = -errno;

		*err = xstrdup(strerror(-rc));
		return rc;
	}
	if (!got)
		s->eof = true;
	s->end += (size_t)got;
	return 0;
}

static const char *other_compression(const uint8_t *p, size_t n)
{
	static const struct {
		uint8_t magic[4];
		uint8_t n;
		const char *name;
	} known[] = {
		{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "zstd" }, { { 0xfd, '7', 'z', 'X' }, 4, "xz" },
		{ { 'B', 'Z', 'h', 0 }, 3, "bzip2" },      { { 0x04, 0x22, 0x4d, 0x18 }, 4, "lz4" },
		{ { 'P', 'K', 3, 4 }, 4, "zip" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (n >= known[i].n && !memcmp(p, known[i].magic, known[i].n))
			return known[i].name;
	return NULL;
}

int capture_source_open(struct source *s, int fd, char **err)
{
	const char *other;

	*s = (struct source){ .fd = fd };
	s->in = (uint8_t *)xmalloc(SOURCE_CHUNK);
	while (!s->eof && s->end < 4) {
		int rc = source_fill(s, err);

		if (rc)
			return rc;
	}
	other = other_compression(s->in, s->end);
	if (other) {
		*err = xasprintf("compressed with %s (decompress it first; only gzip is read as it is)", other);
		return -EPROTONOSUPPORT;
	}
	s->gzip = s->end >= 2 && s->in[0] == 0x1f && s->in[1] == 0x8b;
	if (!s->gzip)
		return 0;
	if (inflateInit2(&s->z, GZIP_WINDOW) != Z_OK) {
		*err = xstrdup("gzip: out of memory");
		return -ENOMEM;
	}
	s->z_live = true;
	return 0;
}

/* Some plain bytes, at least one unless at the end. */
static int plain_some(struct source *s, uint8_t *buf, size_t n, size_t *got, char **err)
{
	if (s->pos == s->end && !s->eof) {
		int rc = source_fill(s, err);

		if (rc)
			return rc;
	}
	*got = s->end - s->pos < n ? s->end - s->pos : n;
	memcpy(buf, s->in + s->pos, *got);
	s->pos += *got;
	return 0;
}

/*
 * Between two gzip members (RFC 1952, 2.2): 1 another one follows, 0 the end. What is no gzip there is
 * padding.
 */
static int gzip_another(struct source *s, char **err)
{
	while (!s->eof && s->end - s->pos < 2) {
		int rc = source_fill(s, err);

		if (rc)
			return rc;
	}
	if (s->end - s->pos < 2 || s->in[s->pos] != 0x1f || s->in[s->pos + 1] != 0x8b) {
		s->pos = s->end;
		s->eof = true;
		return 0;
	}
	s->z_between = false;
	inflateReset(&s->z);
	return 1;
}

/* Some decompressed bytes, at least one unless at the end. */
static int gzip_some(struct source *s, uint8_t *buf, size_t n, size_t *got, char **err)
{
	for (*got = 0; !*got;) {
		int rc;

		if (s->z_between) {
			rc = s->eof && s->pos == s->end ? 0 : gzip_another(s, err);
			if (rc <= 0)
				return rc;
		}
		if (s->pos == s->end && !s->eof) {
			rc = source_fill(s, err);
			if (rc)
				return rc;
		}
		s->z.next_in = s->in + s->pos;
		s->z.avail_in = (uInt)(s->end - s->pos);
		s->z.next_out = buf;
		s->z.avail_out = (uInt)n;
		rc = inflate(&s->z, Z_NO_FLUSH);
		s->pos = s->end - s->z.avail_in;
		*got = n - s->z.avail_out;
		if (rc == Z_STREAM_END) {
			s->z_between = true;
		} else if (*got) {
			break; /* an error comes again with the next call, when the bytes ahead of it are used */
		} else if (rc == Z_BUF_ERROR && s->eof) {
			*err = xstrdup("the compressed file ends early");
			return -EBADMSG;
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			*err = xasprintf("the compressed data is damaged (%s)", s->z.msg ? s->z.msg : zError(rc));
			return -EBADMSG;
		}
	}
	return 0;
}

int capture_source_read(struct source *s, void *buf, size_t n, size_t *got, char **err)
{
	*got = 0;
	while (*got < n) {
		uint8_t *to = (uint8_t *)buf + *got;
		size_t some;
		int rc = s->gzip ? gzip_some(s, to, n - *got, &some, err) : plain_some(s, to, n - *got, &some, err);

		if (rc)
			return rc;
		if (!some)
			break;
		*got += some;
	}
	return 0;
}

void capture_source_close(struct source *s)
{
	if (s->z_live)
		inflateEnd(&s->z);
	if (s->fd >= 0)
		close(s->fd);
	free(s->in);
	*s = (struct source){ .fd = -1 };
}

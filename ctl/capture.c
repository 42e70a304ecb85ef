/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "capture_impl.h"
#include "util.h"

uint16_t capture_u16(const struct capture *c, const uint8_t *p)
{
	return (uint16_t)(c->big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

uint32_t capture_u32(const struct capture *c, const uint8_t *p)
{
	uint32_t first = capture_u16(c, p), second = capture_u16(c, p + 2);

	return c->big_endian ? first << 16 | second : second << 16 | first;
}

uint64_t capture_u64(const struct capture *c, const uint8_t *p)
{
	uint64_t first = capture_u32(c, p), second = capture_u32(c, p + 4);

	return c->big_endian ? first << 32 | second : second << 32 | first;
}

int capture_fail(struct capture *c, int rc, char **err, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	*err = c->next ? xasprintf("packet %" PRIu64 ": %s", c->packets + 1, text) : TAKE_PTR(text);
	return rc;
}

int capture_read(struct capture *c, void *buf, size_t n, const char *what, char **err)
{
	_cleanup_free_ char *why = NULL;
	size_t got;
	int rc = capture_source_read(&c->src, buf, n, &got, &why);

	if (rc)
		return capture_fail(c, rc, err, "%s", why);
	if (got < n)
		return capture_fail(c, -EBADMSG, err, "the file ends inside %s: %zu of %zu bytes", what, got, n);
	return 0;
}

int capture_read_packet(struct capture *c, uint32_t n, char **err)
{
	if (n > CAPTURE_MAX_RECORD)
		return capture_fail(c, -EBADMSG, err, "record of %" PRIu32 " bytes (damaged file?)", n);
	if (n > c->cap || !c->buf) {
		c->cap = n < 2048 ? 2048 : n;
		free(TAKE_PTR(c->buf));
		c->buf = (uint8_t *)xmalloc(c->cap);
	}
	return capture_read(c, c->buf, n, "the record", err);
}

/* Which format the first four bytes tell of. */
static int open_format(struct capture *c, char **err)
{
	static const uint8_t pcapng[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
	uint8_t magic[4] = { 0 };
	size_t got;
	int rc = capture_source_read(&c->src, magic, sizeof(magic), &got, err);

	if (rc)
		return rc;
	if (got < sizeof(magic)) {
		*err = got ? xasprintf("not a capture file (%zu bytes only)", got) : xstrdup("the file is empty");
		return -EBADMSG;
	}
	if (!memcmp(magic, pcapng, sizeof(pcapng)))
		return capture_open_pcapng(c, err);
	return capture_open_pcap(c, magic, err);
}

int capture_open(const char *path, struct capture **out, char **err)
{
	bool std = !strcmp(path, "-");
	_cleanup_close_ int fd = std ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_capture_ struct capture *c = NULL;
	int rc;

	*err = NULL;
	if (fd < 0) {
		rc = -errno;
		*err = xstrdup(strerror(-rc));
		return rc;
	}
	c = (struct capture *)xcalloc(1, sizeof(*c));
	rc = capture_source_open(&c->src, TAKE_FD(fd), err);
	if (!rc)
		rc = open_format(c, err);
	if (rc)
		return rc;
	*out = TAKE_PTR(c);
	return 0;
}

int capture_next(struct capture *c, struct capture_packet *out, char **err)
{
	int rc;

	*err = NULL;
	if (c->failed) {
		*err = xstrdup(c->failed_text);
		return c->failed;
	}
	rc = c->next(c, out, err);
	if (rc < 0) {
		c->failed = rc;
		c->failed_text = xstrdup(*err);
	} else if (rc) {
		c->packets++;
	}
	return rc;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	capture_source_close(&c->src);
	free(c->buf);
	free(c->ifs);
	free(c->failed_text);
	free(c);
}

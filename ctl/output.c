/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "output.h"
#include "util.h"

enum { FILE_MODE = 0640 };

int output_open(const char *path)
{
	const int flags = O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
	struct stat st;
	bool fifo = !stat(path, &st) && S_ISFIFO(st.st_mode);

	return open(path, flags | (fifo ? O_WRONLY : O_RDWR), FILE_MODE);
}

int output_lock(int fd, int old)
{
	struct stat a, b;

	if (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return 0;
	if (old < 0 || fstat(fd, &a) || fstat(old, &b) || a.st_dev != b.st_dev || a.st_ino != b.st_ino || flock(old, LOCK_UN))
		return -EBUSY;
	return flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK ? -EBUSY : 0;
}

/* How much to write at once: all to a file; to a pipe what it takes whole or not at all, which whole lines of 4 KB are (pipe(7)). */
static size_t next_piece(const struct output *o, const char *at, size_t n)
{
	const char *end;

	if (o->regular || n <= PIPE_BUF)
		return n;
	end = (const char *)memrchr(at, '\n', PIPE_BUF);
	return end ? (size_t)(end - at) + 1 : PIPE_BUF;
}

/* Waits for room until then. 0, or -ETIMEDOUT. */
static int wait_for_room(const struct output *o, __u64 until_ms)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	for (;;) {
		__u64 now = clock_monotonic_ms();
		int n = poll(&p, 1, until_ms > now ? (int)(until_ms - now) : 0);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (now >= until_ms)
			return -ETIMEDOUT;
	}
}

bool output_reader_gone(const struct output *o)
{
	struct pollfd p = { .fd = o->fd, .events = 0 };

	return poll(&p, 1, 0) > 0 && p.revents & (POLLERR | POLLHUP);
}

size_t output_write(const struct output *o, const char *at, size_t n, __u64 until_ms, int *rc)
{
	size_t done = 0;

	*rc = 0;
	while (done < n) {
		size_t piece = next_piece(o, at + done, n - done);
		ssize_t now;

		*rc = o->regular ? 0 : wait_for_room(o, until_ms);
		if (*rc)
			break;
		now = o->socket ? send(o->fd, at + done, piece, MSG_DONTWAIT | MSG_NOSIGNAL) : write(o->fd, at + done, piece);
		if (now > 0) {
			done += (size_t)now;
		} else if (now == 0 || (errno != EINTR && errno != EAGAIN)) {
			*rc = now ? -errno : -ENOSPC;
			break;
		}
	}
	return done;
}

struct output_lines output_lines_to(int fd)
{
	struct output_lines l = { .out = { .fd = fd } };
	struct stat st;

	if (!fstat(fd, &st)) {
		l.out.regular = S_ISREG(st.st_mode);
		l.out.socket = S_ISSOCK(st.st_mode);
	}
	return l;
}

void output_line(struct output_lines *l, const char *text)
{
	_cleanup_free_ char *line = l->dropped
					    ? xasprintf("fwctl: %s (lines dropped before this one, as nobody read them: %lu)\n",
							text, l->dropped)
					    : xasprintf("fwctl: %s\n", text);
	size_t n = strlen(line);
	int rc;

	if (output_write(&l->out, line, n, 0, &rc) == n)
		l->dropped = 0;
	else
		l->dropped++;
}

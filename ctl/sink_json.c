/* SPDX-License-Identifier: GPL-2.0 */
/* Records as lines of JSON, to a file, a pipe or standard output. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fail.h"
#include "sink.h"

enum { FILE_MODE = 0640, RETRY_NS = 1000000000, STALL_MS = 1000 };

struct sink_json {
	struct sink sink;
	struct strbuf lines;  /* of the batch; a line each */
	char *path;
	int fd;               /* -1: not open at present */
	bool standard, regular, failing;
	__u64 retry_at;       /* monotonic ns */
	__u64 length;         /* of a regular file: whole lines */
};

void sink_say(const struct sink *s, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		s->env->say(s->env->arg, text);
}

/* --- opening -------------------------------------------------------------------------------------- */

/* Where the last whole line of the first `size` bytes ends; -errno. */
static off_t whole_lines(int fd, off_t size)
{
	char buf[4096];

	while (size > 0) {
		off_t from = size > (off_t)sizeof(buf) ? size - (off_t)sizeof(buf) : 0;
		ssize_t n = pread(fd, buf, (size_t)(size - from), from);
		const char *at;

		if (n <= 0)
			return n ? -errno : -EIO;
		at = (const char *)memrchr(buf, '\n', (size_t)n);
		if (at)
			return from + (at - buf) + 1;
		size = from;
	}
	return 0;
}

static __u32 count_lines(int fd, off_t from, off_t to)
{
	char buf[4096];
	__u32 lines = 0;
	ssize_t n = 1;

	for (; from < to && n > 0; from += n) {
		n = pread(fd, buf, sizeof(buf), from);
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	}
	return lines;
}

/* What a collector that was killed while it wrote to this very file left: its half line goes, its whole ones are sent. */
static int recover(struct sink_json *j, const struct stat *st, off_t *end)
{
	struct export_state *e = j->sink.env->st;
	__u32 pending = journal_pending(e, SINK_JSON), lines;

	if (!pending || !(e->sinks & 1u << SINK_JSON) || e->file_device != st->st_dev || e->file_inode != st->st_ino ||
	    *end < (off_t)e->file_length)
		return 0;
	*end = whole_lines(j->fd, *end);
	if (*end < 0 || ftruncate(j->fd, *end))
		return *end < 0 ? (int)*end : -errno;
	lines = count_lines(j->fd, (off_t)e->file_length, *end);
	journal_settle(e, SINK_JSON, lines < pending ? lines : pending, &e->sent[SINK_JSON]);
	return 0;
}

static int take_file(struct sink_json *j)
{
	struct stat st;
	char last = '\n';
	off_t end;
	int rc;

	if (fstat(j->fd, &st))
		return -errno;
	j->regular = S_ISREG(st.st_mode);
	if (!j->regular)
		return 0;
	end = st.st_size;
	rc = recover(j, &st, &end);
	if (rc)
		return rc;
	/* Somebody else's half line stays, but ours begin on lines of their own. */
	if (end && pread(j->fd, &last, 1, end - 1) == 1 && last != '\n') {
		if (write(j->fd, "\n", 1) != 1)
			return -errno;
		end++;
	}
	j->length = (__u64)end;
	j->sink.env->st->file_length = j->length;
	j->sink.env->st->file_device = st.st_dev;
	j->sink.env->st->file_inode = st.st_ino;
	return 0;
}

static int open_path(struct sink_json *j)
{
	int rc;

	if (j->standard)
		j->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		j->fd = open(j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, FILE_MODE);
	if (j->fd < 0)
		return -errno;
	rc = j->standard ? 0 : take_file(j);
	if (rc) {
		close(j->fd);
		j->fd = -1;
	}
	return rc;
}

/* --- writing -------------------------------------------------------------------------------------- */

static void json_add(struct sink *s, const struct flow_record *r, const struct flow_context *c)
{
	struct sink_json *j = (struct sink_json *)s;
	struct json w;

	json_init(&w, &j->lines);
	record_json(&w, c, r);
	json_done(&w);
	strbuf_add_bytes(&j->lines, "\n", 1);
}

/* How much to write at once: all to a file; to a pipe what it takes whole or not at all, which whole lines of 4 KB are (pipe(7)). */
static size_t next_piece(const struct sink_json *j, size_t from)
{
	size_t n = j->lines.len - from;
	const char *end;

	if (j->regular || n <= PIPE_BUF)
		return n;
	end = (const char *)memrchr(j->lines.str + from, '\n', PIPE_BUF);
	return end ? (size_t)(end - j->lines.str - (ptrdiff_t)from) + 1 : n;
}

/* Bytes that went out; less than all with *rc where it failed, or nobody has read for a second. */
static size_t write_lines(struct sink_json *j, int *rc)
{
	size_t done = 0;

	*rc = 0;
	while (done < j->lines.len && !*rc) {
		struct pollfd p = { .fd = j->fd, .events = POLLOUT };
		ssize_t n;

		/* Standard output may be blocking, and is not ours to change. */
		if (!j->regular && poll(&p, 1, STALL_MS) == 0) {
			*rc = -ETIMEDOUT;
			break;
		}
		n = write(j->fd, j->lines.str + done, next_piece(j, done));
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			*rc = -errno;
	}
	return done;
}

static __u32 lines_in(const char *p, size_t n, size_t *bytes)
{
	__u32 lines = 0;

	*bytes = 0;
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\n') {
			lines++;
			*bytes = i + 1;
		}
	return lines;
}

static void complain(struct sink_json *j, int rc)
{
	if (!j->failing)
		sink_say(&j->sink, "%s: cannot be written: %s (records are lost, and counted, until it can)", j->path, strerror(-rc));
	j->failing = true;
}

/* The file is as long as its whole lines; the sink is down where that cannot be had, or its reader has gone. */
static void after_failure(struct sink_json *j, int rc, bool half)
{
	if (j->standard && rc == -EPIPE)
		j->sink.env->stop = true;
	else
		complain(j, rc);
	if (j->regular ? !ftruncate(j->fd, (off_t)j->length) : !half && rc != -EPIPE)
		return;
	close(j->fd);
	j->fd = -1;
}

static void json_flush(struct sink *s)
{
	struct sink_json *j = (struct sink_json *)s;
	struct export_state *st = s->env->st;
	__u32 pending = journal_pending(st, SINK_JSON), lines = 0;
	size_t done = 0, whole = 0;
	int rc = -EBADF;

	if (!pending)
		return;
	if (j->fd >= 0) {
		st->file_length = j->length;
		done = write_lines(j, &rc);
		whole = done;
		lines = done == j->lines.len ? pending : lines_in(j->lines.str, done, &whole);
		j->length += whole;
	}
	journal_settle(st, SINK_JSON, lines < pending ? lines : pending, &st->sent[SINK_JSON]);
	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->lost[SINK_JSON]);
	st->file_length = j->length; /* of the next batch nothing is written yet */
	if (rc && j->fd >= 0)
		after_failure(j, rc, done > whole);
	else if (!rc && j->failing) {
		sink_say(s, "%s: written again", j->path);
		j->failing = false;
	}
	j->lines.len = 0;
}

static void json_reopen(struct sink *s)
{
	struct sink_json *j = (struct sink_json *)s;
	int old = j->fd, rc;

	if (j->standard)
		return;
	rc = open_path(j);
	if (rc) { /* the old one is better than none */
		j->fd = old;
		sink_say(s, "%s: cannot be opened anew: %s%s", j->path, strerror(-rc), old >= 0 ? " (the old file goes on)" : "");
	} else if (old >= 0) {
		close(old);
	}
}

static void json_tick(struct sink *s, __u64 now)
{
	struct sink_json *j = (struct sink_json *)s;

	if (j->fd >= 0 || j->standard || now < j->retry_at)
		return;
	j->retry_at = now + RETRY_NS;
	if (!open_path(j)) {
		sink_say(s, "%s: open again", j->path);
		j->failing = false;
	}
}

static void json_rules(struct sink *s) { (void)s; }

static void json_close(struct sink *s)
{
	struct sink_json *j = (struct sink_json *)s;

	cleanup_close_fn(&j->fd);
	strbuf_free(&j->lines);
	free(j->path);
	free(j);
}

static const struct sink_ops json_ops = {
	.add = json_add, .flush = json_flush, .tick = json_tick, .reopen = json_reopen, .rules = json_rules, .close = json_close,
};

int sink_json_open(struct sink_env *env, const char *path, struct sink **out, char **err)
{
	struct sink_json *j = (struct sink_json *)xcalloc(1, sizeof(*j));
	struct export_state *st = env->st;
	int rc;

	*j = (struct sink_json){ .sink = { SINK_JSON, env, &json_ops }, .fd = -1, .standard = !strcmp(path, "-") };
	j->path = xstrdup(j->standard ? "standard output" : path);
	rc = open_path(j);
	if (rc) {
		FAIL(err, rc, "%s: %s", j->path, strerror(-rc));
		json_close(&j->sink);
		return rc;
	}
	if (st->sinks & 1u << SINK_JSON)
		journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->lost[SINK_JSON]);
	*out = &j->sink;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Records as lines of JSON, to a file, a pipe or standard output. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "clock.h"
#include "fail.h"
#include "output.h"
#include "sink.h"

enum { RETRY_NS = 1000000000, STALL_MS = 1000 };

struct sink_json {
	struct sink sink;
	struct strbuf lines;            /* of the batch; a line each */
	struct strbuf rest;             /* of a line that went out in part: it goes first */
	struct export_tally rest_tally; /* its record, which is queued */
	char *path;
	struct output out; /* its fd -1: not open at present */
	bool standard, failing;
	bool terminal;  /* standard output is one */
	__u64 retry_at; /* monotonic ns */
	__u64 length;   /* of a file of ours: whole lines */
	size_t half;    /* of a file of ours: bytes behind those that the last batch wrote of a line */
};

void sink_say(const struct sink *s, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	s->env->say(s->env->arg, text);
}

/* We write whole lines to it, and are the only collector that does; others may (who rotates it by copying, say). */
static bool is_ours(const struct sink_json *j) { return j->out.regular && !j->standard; }

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

/* The last bytes may be what a killed collector wrote of a line: somebody else's are not for us to cut. */
static bool is_our_half(int fd, off_t from, off_t size)
{
	char first = 0;

	return size > from && pread(fd, &first, 1, from) == 1 && first == '{';
}

/* What a collector that was killed while it wrote to this very file left: its half line goes, its whole ones are sent. */
static int recover(struct sink_json *j, const struct stat *st, off_t *end)
{
	struct export_state *e = j->sink.env->st;
	__u32 pending = journal_pending(e, SINK_JSON), lines;
	off_t whole;

	if (!pending || !(e->sinks & 1u << SINK_JSON) || e->file_device != st->st_dev || e->file_inode != st->st_ino ||
	    *end < (off_t)e->file_length)
		return 0;
	whole = whole_lines(j->out.fd, *end);
	if (whole < 0)
		return (int)whole;
	lines = count_lines(j->out.fd, (off_t)e->file_length, whole);
	lines -= lines < e->done[SINK_JSON] ? lines : e->done[SINK_JSON]; /* those that were counted already */
	if (lines < pending && whole >= (off_t)e->file_length && is_our_half(j->out.fd, whole, *end)) {
		if (ftruncate(j->out.fd, whole))
			return -errno;
		*end = whole;
	}
	journal_settle(e, SINK_JSON, lines < pending ? lines : pending, &e->sent[SINK_JSON]);
	return 0;
}

/* A file of ours, which is appended to. */
static int take_file(struct sink_json *j, const struct stat *st, int old)
{
	char last = '\n';
	off_t end = st->st_size;
	int rc = output_lock(j->out.fd, old);

	rc = rc ?: recover(j, st, &end);
	if (rc)
		return rc;
	/* Somebody else's half line stays, but ours begin on lines of their own. */
	if (end && pread(j->out.fd, &last, 1, end - 1) == 1 && last != '\n') {
		if (write(j->out.fd, "\n", 1) != 1)
			return -errno;
		end++;
	}
	j->length = (__u64)end;
	j->sink.env->st->file_length = j->length;
	j->sink.env->st->file_device = st->st_dev;
	j->sink.env->st->file_inode = st->st_ino;
	return 0;
}

/* The path anew; on error all is as before. */
static int open_path(struct sink_json *j)
{
	const struct output old = j->out;
	struct stat st;
	int rc;

	if (j->standard)
		j->out.fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		j->out.fd = output_open(j->path);
	if (j->out.fd < 0 || fstat(j->out.fd, &st)) {
		rc = -errno;
	} else {
		j->out.regular = S_ISREG(st.st_mode);
		j->out.socket = S_ISSOCK(st.st_mode);
		j->terminal = isatty(j->out.fd);
		rc = is_ours(j) ? take_file(j, &st, old.fd) : 0;
	}
	if (rc) {
		cleanup_close_fn(&j->out.fd);
		j->out = old;
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
		sink_say(&j->sink, "%s: cannot be written: %s (records are lost, and counted, until it can)", j->path,
			 rc == -ETIMEDOUT || rc == -ENXIO ? "nobody reads it" : strerror(-rc));
	j->failing = true;
}

static void settle_rest(struct sink_json *j, bool sent)
{
	struct export_state *st = j->sink.env->st;

	journal_move(st, &st->queued[SINK_JSON], sent ? &st->sent[SINK_JSON] : &st->lost[SINK_JSON], &j->rest_tally);
	j->rest_tally = (struct export_tally){ .records = 0 };
	j->rest.len = 0;
}

/* The end of a line that is out in part. 0 when there is none any more. */
static int write_rest(struct sink_json *j, __u64 until_ms)
{
	int rc = 0;
	size_t done;

	if (!j->rest.len)
		return 0;
	done = output_write(&j->out, j->rest.str, j->rest.len, until_ms, &rc);
	j->rest.len -= done;
	memmove(j->rest.str, j->rest.str + done, j->rest.len);
	if (!j->rest.len)
		settle_rest(j, true);
	return rc;
}

/* Of the line that begins at `whole`, what is behind `done` is kept for later. */
static void keep_rest(struct sink_json *j, size_t whole, size_t done)
{
	const char *end = (const char *)memchr(j->lines.str + done, '\n', j->lines.len - done);
	struct export_state *st = j->sink.env->st;

	if (done == whole || !end)
		return;
	strbuf_add_bytes(&j->rest, j->lines.str + done, (size_t)(end - j->lines.str) + 1 - done);
	j->rest_tally = journal_sum(st, SINK_JSON, 1);
	journal_settle(st, SINK_JSON, 1, &st->queued[SINK_JSON]);
}

/* The reader has gone for good: of a pipe, or of a terminal, which hung up (tty_write() of the kernel). */
static bool reader_has_gone(const struct sink_json *j, int rc) { return rc == -EPIPE || (j->terminal && rc == -EIO); }

/* What the last batch wrote of a line goes, where it is the end of the file: true when nothing of it is left. */
static bool cut_half(struct sink_json *j)
{
	struct stat st;

	if (!j->half)
		return true;
	return !fstat(j->out.fd, &st) && (__u64)st.st_size == j->length + j->half && !ftruncate(j->out.fd, (off_t)j->length);
}

/*
 * A file of ours ends with a whole line; the sink is down where that cannot be had, and opening it anew sees to it, or where its reader
 * has gone.
 */
static void after_failure(struct sink_json *j, int rc)
{
	if (j->standard && reader_has_gone(j, rc))
		j->sink.env->stop = true;
	else
		complain(j, rc);
	if (is_ours(j) ? cut_half(j) : !reader_has_gone(j, rc))
		return;
	close(j->out.fd);
	j->out.fd = -1;
	settle_rest(j, false);
}

/* Others may have written to a file of ours, or emptied it: what we append begins where it ends now. */
static void look_at_length(struct sink_json *j)
{
	struct stat st;

	if (is_ours(j) && !fstat(j->out.fd, &st))
		j->length = (__u64)st.st_size;
	j->half = 0;
}

/* Lines of the batch go out, and what became of their records is counted. 0 when all did. */
static int write_batch(struct sink_json *j)
{
	struct export_state *st = j->sink.env->st;
	__u32 pending = journal_pending(st, SINK_JSON), lines;
	__u64 until = clock_monotonic_ms() + (j->failing ? 0 : STALL_MS);
	size_t done, whole;
	int rc = write_rest(j, until);

	if (rc)
		return rc;
	look_at_length(j);
	st->file_length = j->length;
	done = output_write(&j->out, j->lines.str, j->lines.len, until, &rc);
	lines = lines_in(j->lines.str, done, &whole);
	j->length += whole;
	journal_settle(st, SINK_JSON, lines < pending ? lines : pending, &st->sent[SINK_JSON]);
	if (is_ours(j))
		j->half = done - whole;
	else
		keep_rest(j, whole, done);
	return rc;
}

static void json_flush(struct sink *s)
{
	struct sink_json *j = (struct sink_json *)s;
	struct export_state *st = s->env->st;
	int rc = 0;

	if (!journal_pending(st, SINK_JSON) && !j->rest.len)
		return;
	if (j->out.fd >= 0)
		rc = write_batch(j);
	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->lost[SINK_JSON]);
	st->file_length = j->length; /* of the next batch nothing is written yet */
	if (rc) {
		after_failure(j, rc);
	} else if (j->out.fd >= 0 && j->failing) {
		sink_say(s, "%s: written again", j->path);
		j->failing = false;
	}
	j->lines.len = 0;
}

static void json_reopen(struct sink *s)
{
	struct sink_json *j = (struct sink_json *)s;
	int old = j->out.fd, rc;

	if (j->standard)
		return;
	rc = open_path(j);
	if (rc) { /* the old one is better than none */
		sink_say(s, "%s: cannot be opened anew: %s%s", j->path, strerror(-rc), old >= 0 ? " (the old file goes on)" : "");
		return;
	}
	cleanup_close_fn(&old);
	settle_rest(j, false);
}

static void json_tick(struct sink *s, __u64 now)
{
	struct sink_json *j = (struct sink_json *)s;

	if (j->standard && output_reader_gone(&j->out)) /* also while there is nothing to tell */
		s->env->stop = true;
	if (j->out.fd >= 0 || j->standard || now < j->retry_at)
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

	settle_rest(j, false);
	cleanup_close_fn(&j->out.fd);
	strbuf_free(&j->lines);
	strbuf_free(&j->rest);
	free(j->path);
	free(j);
}

static const struct sink_ops json_ops = {
	.add = json_add,
	.flush = json_flush,
	.tick = json_tick,
	.reopen = json_reopen,
	.rules = json_rules,
	.close = json_close,
};

int sink_json_open(struct sink_env *env, const char *path, struct sink **out, char **err)
{
	struct sink_json *j = (struct sink_json *)xcalloc(1, sizeof(*j));
	struct export_state *st = env->st;
	const struct export_tally queued = st->queued[SINK_JSON];
	int rc;

	*j = (struct sink_json){ .sink = { SINK_JSON, env, &json_ops }, .out = { .fd = -1 }, .standard = !strcmp(path, "-") };
	j->path = xstrdup(j->standard ? "standard output" : path);
	rc = open_path(j);
	if (rc == -ENXIO) { /* a FIFO that nobody reads yet */
		complain(j, rc);
		rc = 0;
	}
	if (rc) {
		if (rc == -EBUSY)
			FAIL(err, rc, "%s: another collector writes to it (each needs a file of its own)", j->path);
		else
			FAIL(err, rc, "%s: %s", j->path, strerror(-rc));
		json_close(&j->sink);
		return rc;
	}
	if (st->sinks & 1u << SINK_JSON)
		journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->lost[SINK_JSON]);
	journal_move(st, &st->queued[SINK_JSON], &st->lost[SINK_JSON], &queued); /* of a half line */
	*out = &j->sink;
	return 0;
}

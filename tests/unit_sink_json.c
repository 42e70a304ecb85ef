/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of JSON where things go wrong: a file that takes no more, a reader that does not read. What was sent and what was lost is all there
 * was, lines are whole, and nobody waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/journal.h"
#include "../ctl/output.h"
#include "sink_fixture.h"

static void set_limit(rlim_t bytes)
{
	struct rlimit now;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &now), 0);
	now.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
}

/* Lines of the text: each an object, whole. */
static __u64 whole_lines(const char *text, size_t n)
{
	__u64 lines = 0;

	for (const char *at = text, *end; at < text + n; at = end + 1, lines++) {
		end = (const char *)memchr(at, '\n', (size_t)(text + n - at));
		assert_non_null(end);
		assert_true(end > at + 100 && *at == '{' && end[-1] == '}' &&
			    !memmem(at + 1, (size_t)(end - at - 1), "{\"family", 8));
	}
	return lines;
}

static __u64 lines_of_file(const char *path)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text));

	assert_true(fd >= 0 && n >= 0 && n < (ssize_t)sizeof(text));
	close(fd);
	return whole_lines(text, (size_t)n);
}

static void assert_adds_up(const struct sink_fixture *f)
{
	const struct export_state *st = f->s.st;

	assert_int_equal(st->queued[SINK_JSON].records, 0);
	assert_int_equal(st->sent[SINK_JSON].records + st->lost[SINK_JSON].records, f->told);
	assert_int_equal(st->sent[SINK_JSON].packets + st->lost[SINK_JSON].packets, f->told);
}

static void open_json(struct sink_fixture *f, const char *path)
{
	assert_int_equal(sink_json_open(&f->c.env, path, &f->c.sinks[SINK_JSON], NULL), 0);
}

/* No room, then room again: the half line that was written is cut off or brought to its end. */
static void fills_up(struct sink_fixture *f)
{
	tell(f, SIM_PLACES + 10, 0);
	assert_int_equal(f->said, 0);
	set_limit(5000);
	tell(f, 100, 0);
	assert_int_equal(f->said, 1);
	assert_non_null(strstr(f->last, "cannot be written"));
	tell(f, 10, 0);
	assert_int_equal(f->said, 1);
	set_limit(RLIM_INFINITY);
	tell(f, 10, 0);
	assert_int_equal(f->said, 2);
	assert_non_null(strstr(f->last, "written again"));
	give_back(f);
	collect_close_sinks(&f->c);
	assert_adds_up(f);
	assert_true(f->s.st->lost[SINK_JSON].records > 90);
	assert_int_equal(lines_of_file(f->path), f->s.st->sent[SINK_JSON].records);
}

static void test_full_file(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;

	open_json(f, f->path);
	fills_up(f);
}

static void test_full_standard_output(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;

	redirect(f, open(f->path, O_WRONLY | O_CLOEXEC));
	open_json(f, "-");
	fills_up(f);
}

/* A reader that has stopped costs a second once, and none of the lines that it gets is broken. */
static void test_stalled_reader(void **state)
{
	static char text[1 << 20];
	struct sink_fixture *f = (struct sink_fixture *)*state;
	size_t n = 0;
	ssize_t got;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 8192) >= 8192);
	redirect(f, ends[1]);
	open_json(f, "-");
	assert_in_range(tell(f, 200, 0), 900, 2500);
	assert_int_equal(f->said, 1);
	assert_non_null(strstr(f->last, "nobody reads"));
	for (int i = 0; i < 5; i++)
		assert_in_range(tell(f, 50, 0), 0, 500);
	assert_int_equal(f->said, 1);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	while ((got = read(ends[0], text + n, sizeof(text) - n)) > 0)
		n += (size_t)got;
	tell(f, 5, 0);
	assert_int_equal(f->said, 2);
	give_back(f);
	collect_close_sinks(&f->c);
	while ((got = read(ends[0], text + n, sizeof(text) - n)) > 0)
		n += (size_t)got;
	close(ends[0]);
	assert_adds_up(f);
	assert_int_equal(whole_lines(text, n), f->s.st->sent[SINK_JSON].records);
}

/* A collector that was killed behind two of three lines, of which one had been counted. */
static void test_killed_while_counting(void **state)
{
	static const char lines[] = "{\"a\":1}\n{\"a\":2}\n{\"a\"";
	struct sink_fixture *f = (struct sink_fixture *)*state;
	struct export_state *st = f->s.st;

	open_json(f, f->path);
	st->sinks = 1u << SINK_JSON;
	collect_close_sinks(&f->c);
	for (int i = 0; i < 3; i++)
		journal_step(st, f->s.reported, &(struct export_step){ .news = 1, .entry = { .packets = 1, .bytes = 40 } });
	journal_settle(st, SINK_JSON, 1, &st->sent[SINK_JSON]);
	{
		int fd = open(f->path, O_WRONLY | O_CLOEXEC);

		assert_int_equal(write(fd, lines, sizeof(lines) - 1), sizeof(lines) - 1);
		close(fd);
	}
	open_json(f, f->path);
	assert_int_equal(st->sent[SINK_JSON].records, 2);
	assert_int_equal(st->lost[SINK_JSON].records, 1);
	assert_int_equal(journal_pending(st, SINK_JSON), 0);
	journal_clear(st);
}

/* From now on each flow takes the place of another, of whose end is told. */
static void fill_table(struct sink_fixture *f)
{
	tell(f, SIM_PLACES, 0);
	assert_int_equal(f->told, 0);
}

/* Nobody reads the FIFO: its records are lost, not sent. Somebody does: it is open within a second. */
static void test_fifo(void **state)
{
	static char text[1 << 16];
	struct sink_fixture *f = (struct sink_fixture *)*state;
	const struct export_state *st = f->s.st;
	ssize_t n;
	int fd;

	unlink(f->path);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	open_json(f, f->path);
	assert_int_equal(f->said, 1);
	assert_non_null(strstr(f->last, "nobody reads it"));
	fill_table(f);
	tell(f, 5, SECOND_NS);
	assert_int_equal(st->lost[SINK_JSON].records, 5);
	fd = open(f->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	tell(f, 7, 3 * SECOND_NS);
	assert_int_equal(st->sent[SINK_JSON].records, 7);
	n = read(fd, text, sizeof(text));
	assert_true(n > 0);
	assert_int_equal(whole_lines(text, (size_t)n), 7);
	close(fd);
	tell(f, 2, 4 * SECOND_NS);
	assert_int_equal(st->lost[SINK_JSON].records, 7);
	collect_close_sinks(&f->c);
	assert_adds_up(f);
}

static void append(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
}

/* The file is emptied while it is written (copytruncate), and fills up: nothing is put in place of what has gone. */
static void test_emptied(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;

	open_json(f, f->path);
	fill_table(f);
	tell(f, 20, SECOND_NS);
	assert_int_equal(truncate(f->path, 0), 0);
	set_limit(1000);
	tell(f, 20, SECOND_NS);
	set_limit(RLIM_INFINITY);
	tell(f, 1, 3 * SECOND_NS);
	collect_close_sinks(&f->c);
	assert_adds_up(f);
	assert_true(f->s.st->lost[SINK_JSON].records > 10);
	assert_int_equal(lines_of_file(f->path), f->s.st->sent[SINK_JSON].records - 20);
}

/* What others append stays when the file fills up. */
static void test_written_by_others(void **state)
{
	static const char other[] = "{\"other\":\"line, which is no record of the collector's, and as long as those are: a "
				    "hundred characters and more\"}\n";
	struct sink_fixture *f = (struct sink_fixture *)*state;

	open_json(f, f->path);
	fill_table(f);
	tell(f, 5, SECOND_NS);
	append(f->path, other, sizeof(other) - 1);
	set_limit(4000);
	tell(f, 20, SECOND_NS);
	set_limit(RLIM_INFINITY);
	tell(f, 1, 3 * SECOND_NS);
	collect_close_sinks(&f->c);
	assert_adds_up(f);
	assert_int_equal(lines_of_file(f->path), f->s.st->sent[SINK_JSON].records + 1);
}

/* A collector of another network namespace writes to the file; one may reopen its own. */
static void test_locked(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
	struct sink *second = NULL;
	char *err = NULL;

	open_json(f, f->path);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sink_json_open(&f->c.env, f->path, &second, &err), -EBUSY);
		assert_non_null(strstr(err, "another collector"));
		free(err);
		err = NULL;
		collect_reopen(&f->c);
		assert_int_equal(f->said, 0);
	}
}

/* Whose terminal has hung up ends, as with a pipe. */
static void test_terminal_hangs_up(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
	redirect(f, open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC));
	open_json(f, "-");
	fill_table(f);
	tell(f, 1, 0);
	assert_int_equal(f->s.st->sent[SINK_JSON].records, 1);
	assert_false(f->c.env.stop);
	close(master);
	tell(f, 1, 0);
	give_back(f);
	assert_true(f->c.env.stop);
	assert_int_equal(f->said, 0);
}

/* Lines to an operator who does not read: none waits, and the first that is read again says how many there were not. */
static void test_operator_does_not_read(void **state)
{
	static char text[1 << 16];
	struct output_lines l;
	char line[1000];
	int ends[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
	l = output_lines_to(ends[1]);
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	alarm(10); /* one that waits would wait for ever */
	for (int i = 0; i < 20; i++)
		output_line(&l, line);
	alarm(0);
	assert_in_range(l.dropped, 10, 19);
	n = read(ends[0], text, sizeof(text));
	assert_true(n > 0 && text[n - 1] == '\n' && !memmem(text, (size_t)n, "dropped", 7));
	snprintf(line, sizeof(line), "read (lines dropped before this one, as nobody read them: %lu)\n", l.dropped);
	output_line(&l, "read");
	assert_int_equal(l.dropped, 0);
	n = read(ends[0], text, sizeof(text));
	assert_int_equal(n, 7 + strlen(line));
	assert_memory_equal(text + 7, line, strlen(line));
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full_file, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_full_standard_output, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_stalled_reader, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test(test_operator_does_not_read),
		cmocka_unit_test_setup_teardown(test_fifo, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_emptied, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_written_by_others, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_locked, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_terminal_hangs_up, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_killed_while_counting, sink_fixture_open, sink_fixture_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

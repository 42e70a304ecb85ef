/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collector's sinks where things go wrong: a file that takes no more, a reader that does not read, a collector of IPFIX that is away. What was
 * sent and what was lost is all there was, lines are whole, and nobody waits.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/journal.h"
#include "flow_sim.h"
#include "ipfix_decode.h"

#define SECOND_NS 1000000000ull

struct fixture {
	struct sim s;
	struct collector c;
	unsigned int said;
	char last[256];
	__u64 told;               /* records */
	char path[64];
	int standard;             /* the standard output of this process, kept */
};

static void say(void *arg, const char *text)
{
	struct fixture *f = (struct fixture *)arg;

	f->said++;
	snprintf(f->last, sizeof(f->last), "%s", text);
}

static int set_up(void **state)
{
	struct fixture *f = (struct fixture *)xcalloc(1, sizeof(*f));
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sim_init(&f->s, SIM_QUEUE);
	sim_collector(&f->s, &f->c);
	f->c.env.say = say;
	f->c.env.arg = f;
	f->standard = -1;
	memcpy(f->path, "/tmp/fwctl-sinks-XXXXXX", sizeof("/tmp/fwctl-sinks-XXXXXX"));
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	*state = f;
	return 0;
}

/* Standard output goes to fd, which is taken over, until the test ends. */
static void redirect(struct fixture *f, int fd)
{
	assert_true(fd >= 0);
	(void)fflush(stdout);
	f->standard = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
}

static void give_back(struct fixture *f)
{
	if (f->standard < 0)
		return;
	(void)dup2(f->standard, STDOUT_FILENO);
	close(f->standard);
	f->standard = -1;
}

static int tear_down(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	give_back(f);
	collect_close_sinks(&f->c);
	unlink(f->path);
	sim_free(&f->s);
	free(f);
	return 0;
}

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * SECOND_NS + (__u64)t.tv_nsec;
}

/* So many flows, each told of at once, in a tick at this time. Milliseconds that it took. */
static __u64 tell(struct fixture *f, unsigned int n, __u64 monotonic_ns)
{
	__u64 before = now_ns();

	for (unsigned int i = 0; i < n; i++) {
		sim_insert(&f->s, i % SIM_PLACES, PROTO_UDP, false);
		if (f->s.queued == SIM_QUEUE || i + 1 == n) {
			for (size_t k = 0; k < f->s.queued; k++)
				sweep_end(&f->c.sweep, &f->s.queue[k]);
			f->told += f->s.queued;
			f->s.queued = 0;
		}
	}
	assert_int_equal(collect_tick(&f->c, f->s.now, monotonic_ns), 0);
	return (now_ns() - before) / 1000000;
}

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
		assert_true(end > at + 100 && *at == '{' && end[-1] == '}' && !memmem(at + 1, (size_t)(end - at - 1), "{\"family", 8));
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

static void assert_adds_up(const struct fixture *f)
{
	const struct export_state *st = f->s.st;

	assert_int_equal(st->queued[SINK_JSON].records, 0);
	assert_int_equal(st->sent[SINK_JSON].records + st->lost[SINK_JSON].records, f->told);
	assert_int_equal(st->sent[SINK_JSON].packets + st->lost[SINK_JSON].packets, f->told);
}

/* --- JSON lines ------------------------------------------------------------------------------------ */

static void open_json(struct fixture *f, const char *path)
{
	assert_int_equal(sink_json_open(&f->c.env, path, &f->c.sinks[SINK_JSON], NULL), 0);
}

/* No room, then room again: the half line that was written is cut off or brought to its end. */
static void fills_up(struct fixture *f)
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
	struct fixture *f = (struct fixture *)*state;

	open_json(f, f->path);
	fills_up(f);
}

static void test_full_standard_output(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	redirect(f, open(f->path, O_WRONLY | O_CLOEXEC));
	open_json(f, "-");
	fills_up(f);
}

/* A reader that has stopped costs a second once, and none of the lines that it gets is broken. */
static void test_stalled_reader(void **state)
{
	static char text[1 << 20];
	struct fixture *f = (struct fixture *)*state;
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
	struct fixture *f = (struct fixture *)*state;
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

/* --- IPFIX ----------------------------------------------------------------------------------------- */

struct other_end { int fd; bool late; struct decoder d; unsigned int messages, templates, unsent; }; /* late: it missed some */

static int bind_other_end(int type, struct ipfix_target *target)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	char text[64];

	assert_true(fd >= 0 && !bind(fd, (struct sockaddr *)&a, n) && !getsockname(fd, (struct sockaddr *)&a, &n));
	snprintf(text, sizeof(text), "%s:127.0.0.1:%u", type == SOCK_STREAM ? "tcp" : "udp", ntohs(a.sin_port));
	assert_int_equal(ipfix_target_parse(text, target, NULL), 0);
	return fd;
}

/* Templates in a message: sets of id 2. */
static void read_message(struct other_end *o, const uint8_t *m, size_t n)
{
	if (!o->late && !decode(&o->d, m, n))
		fail_msg("%s", o->d.why);
	o->messages++;
	for (size_t i = 0; i < o->d.n; i++)
		o->unsent += decoded_find(&o->d.v[i], 0, 166) != NULL;
	for (size_t at = 16; at + 4 <= n; at += (size_t)m[at + 2] << 8 | m[at + 3])
		o->templates += m[at] == 0 && m[at + 1] == 2;
}

static void read_other_end(struct other_end *o, int type)
{
	uint8_t buf[1 << 16];
	ssize_t n;

	usleep(20000); /* loopback delivers at once; a loaded machine later */
	while ((n = recv(o->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		for (size_t at = 0, length; at < (size_t)n; at += length) {
			length = type == SOCK_STREAM ? (size_t)(buf[at + 2] << 8 | buf[at + 3]) : (size_t)n;
			assert_true(length >= 16 && at + length <= (size_t)n);
			read_message(o, buf + at, length);
		}
}

/* Four minutes, a second a tick: how often templates came, and what was lost. */
static void four_minutes(struct fixture *f, struct other_end *o, int type)
{
	for (unsigned int second = 1; second <= 240; second++) {
		tell(f, 1, second * SECOND_NS);
		if (second % 20 == 0)
			read_other_end(o, type);
	}
	assert_int_equal(o->unsent, 240 / 30);
}

static void test_templates_over_tcp(void **state)
{
	struct fixture *f = (struct fixture *)*state;
	struct other_end o = { .messages = 0 };
	struct ipfix_target target;
	int listener = bind_other_end(SOCK_STREAM, &target);

	assert_int_equal(listen(listener, 1), 0);
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	o.fd = accept(listener, NULL, NULL);
	assert_true(o.fd >= 0);
	four_minutes(f, &o, SOCK_STREAM);
	assert_int_equal(o.templates, 1);
	close(o.fd);
	close(listener);
	decoder_free(&o.d);
}

static void test_templates_over_udp(void **state)
{
	struct fixture *f = (struct fixture *)*state;
	struct other_end o = { .messages = 0 };
	struct ipfix_target target;

	o.fd = bind_other_end(SOCK_DGRAM, &target);
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	four_minutes(f, &o, SOCK_DGRAM);
	assert_int_equal(o.templates, 240 / 30);
	close(o.fd);
	decoder_free(&o.d);
}

/* Nobody is there: what is sent comes back as an error, and is not answered by templates each time. */
static void test_udp_refused(void **state)
{
	struct fixture *f = (struct fixture *)*state;
	struct other_end o = { .messages = 0 };
	struct ipfix_target target;

	o.fd = bind_other_end(SOCK_DGRAM, &target);
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	tell(f, 1, SECOND_NS);
	read_other_end(&o, SOCK_DGRAM);
	close(o.fd);
	for (unsigned int i = 0; i < 50; i++) { /* a second */
		tell(f, 1, 2 * SECOND_NS + i * SECOND_NS / 50);
		usleep(1000);
	}
	assert_int_equal(f->said, 1);
	assert_non_null(strstr(f->last, "refused"));
	assert_true(f->s.st->lost[SINK_IPFIX].records > 10);
	/* It is back: templates come within a second. */
	o.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(o.fd, (struct sockaddr *)&(struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(target.port),
				       .sin_addr = { htonl(INADDR_LOOPBACK) } }, sizeof(struct sockaddr_in)), 0);
	o.templates = o.messages = 0;
	o.late = true;
	for (unsigned int i = 0; i < 50; i++)
		tell(f, 1, 4 * SECOND_NS + i * SECOND_NS / 50);
	read_other_end(&o, SOCK_DGRAM);
	assert_in_range(o.templates, 1, 2);
	assert_true(o.messages >= 50);
	close(o.fd);
	decoder_free(&o.d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_standard_output, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stalled_reader, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_while_counting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_templates_over_tcp, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_templates_over_udp, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_udp_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

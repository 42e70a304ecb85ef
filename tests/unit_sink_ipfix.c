/* SPDX-License-Identifier: GPL-2.0 */
/* IPFIX to a collector over UDP and TCP: when templates come, one that is away, one that does not read, and very many records at once. */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/journal.h"
#include "ipfix_decode.h"
#include "sink_fixture.h"

struct other_end {
	int fd;
	bool late;
	struct decoder d;
	unsigned int messages, templates, unsent, rules;
}; /* late: it missed some */

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
	for (size_t i = 0; i < o->d.n; i++) {
		o->unsent += decoded_find(&o->d.v[i], 0, 166) != NULL;
		o->rules += decoded_find(&o->d.v[i], 0, 335) != NULL;
	}
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
static void four_minutes(struct sink_fixture *f, struct other_end *o, int type)
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
	struct sink_fixture *f = (struct sink_fixture *)*state;
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

/* More at once than the queue of 8 MB holds: a peer that reads gets all of it, one that does not costs a moment, once. */
enum { MANY = 100000 };

static void test_many_at_once(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
	const struct export_state *st = f->s.st;
	struct ipfix_target target;
	int listener = bind_other_end(SOCK_STREAM, &target), status;
	pid_t reader;

	assert_int_equal(listen(listener, 1), 0);
	reader = fork(); /* before there is a connection, whose end it is to see */
	if (!reader) {
		static uint8_t buf[1 << 16];
		int fd = accept(listener, NULL, NULL);
		size_t all = 0;

		for (ssize_t n; (n = read(fd, buf, sizeof(buf))) > 0;)
			all += (size_t)n;
		_exit(all > (8 << 20) ? 0 : 1);
	}
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	f->c.env.ending = true; /* a loaded machine may keep the reader waiting for longer than a tick */
	tell(f, MANY, SECOND_NS);
	collect_close_sinks(&f->c);
	assert_int_equal(st->lost[SINK_IPFIX].records, 0);
	assert_true(st->sent[SINK_IPFIX].records > MANY / 2);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	close(listener);
}

static void test_peer_that_does_not_read(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
	const struct export_state *st = f->s.st;
	struct ipfix_target target;
	int listener = bind_other_end(SOCK_STREAM, &target), fd;

	assert_int_equal(listen(listener, 1), 0);
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	tell(f, MANY, SECOND_NS);
	assert_true(st->lost[SINK_IPFIX].records > 0);
	for (unsigned int i = 2; i < 5; i++) /* the kernel at the other end takes some more */
		tell(f, 1000, i * SECOND_NS);
	assert_in_range(tell(f, 1000, 5 * SECOND_NS), 0, 150);
	assert_int_equal(st->lost[SINK_IPFIX].records + st->sent[SINK_IPFIX].records + st->queued[SINK_IPFIX].records, f->told);
	close(fd);
	close(listener);
}

static void test_templates_over_udp(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
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
	struct sink_fixture *f = (struct sink_fixture *)*state;
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
	assert_int_equal(bind(o.fd,
			      (struct sockaddr *)&(struct sockaddr_in){ .sin_family = AF_INET,
									.sin_port = htons(target.port),
									.sin_addr = { htonl(INADDR_LOOPBACK) } },
			      sizeof(struct sockaddr_in)),
			 0);
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

/* So many labels are not sent at once over UDP, and all of them in the end. */
enum { LABELS = 1000 };

static void test_labels_over_udp(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
	struct known_rules known = { .id = 7, .rules = { .nrules = LABELS } };
	struct other_end o = { .messages = 0 };
	struct ipfix_target target;
	unsigned int named = 0;

	known.rules.rules = (struct rule *)xcalloc(LABELS, sizeof(*known.rules.rules));
	for (unsigned int i = 0; i < LABELS; i++)
		snprintf(known.rules.rules[i].label, sizeof(known.rules.rules[i].label), "rule %u, as long as labels are", i);
	o.fd = bind_other_end(SOCK_DGRAM, &target);
	f->c.env.rules = &known;
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	for (unsigned int i = 1; i <= 6; i++) {
		unsigned int before = o.messages;

		f->c.sinks[SINK_IPFIX]->ops->tick(f->c.sinks[SINK_IPFIX], SECOND_NS + i);
		read_other_end(&o, SOCK_DGRAM);
		assert_in_range(o.messages - before, 1, 12);
		named += o.rules;
		o.rules = 0;
		assert_int_equal(named, i * 200 < LABELS + 1 ? i * 200 : LABELS + 1);
	}
	f->c.env.rules = NULL;
	free(known.rules.rules);
	close(o.fd);
	decoder_free(&o.d);
}

static void run(const char *command) { assert_int_equal(system(command), 0); }

/* The host's address changes: datagrams go out from the new one. The last test: it leaves the network namespace. */
static void test_address_changes(void **state)
{
	struct sink_fixture *f = (struct sink_fixture *)*state;
	const struct export_state *st = f->s.st;
	struct ipfix_target target;
	__u64 sent;

	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET)) {
		print_message("no network namespace can be made here: %s\n", strerror(errno));
		skip();
	}
	run("ip link set lo up && ip address add 192.0.2.1/32 dev lo && ip route add 198.51.100.1 dev lo src 192.0.2.1");
	assert_int_equal(ipfix_target_parse("udp:198.51.100.1:4739", &target, NULL), 0);
	f->c.sinks[SINK_IPFIX] = sink_ipfix_open(&f->c.env, &target);
	tell(f, SIM_PLACES + 5, SECOND_NS);
	tell(f, 5, SECOND_NS + 1);
	assert_int_equal(f->said, 0);
	run("ip address del 192.0.2.1/32 dev lo && ip address add 192.0.2.2/32 dev lo && ip route add 198.51.100.1 dev lo src "
	    "192.0.2.2");
	tell(f, 5, SECOND_NS + 2);
	assert_int_equal(f->said, 1);
	sent = st->sent[SINK_IPFIX].records;
	tell(f, 5, 1ull << 62); /* long after */
	assert_int_equal(f->said, 2);
	assert_non_null(strstr(f->last, "connected"));
	collect_close_sinks(&f->c);
	assert_true(st->sent[SINK_IPFIX].records >= sent + 5);
	assert_int_equal(st->sent[SINK_IPFIX].records + st->lost[SINK_IPFIX].records, f->told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_templates_over_tcp, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_many_at_once, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_peer_that_does_not_read, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_templates_over_udp, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_udp_refused, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_labels_over_udp, sink_fixture_open, sink_fixture_close),
		cmocka_unit_test_setup_teardown(test_address_changes, sink_fixture_open, sink_fixture_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An hour of the collector in accelerated time, with its real sinks: JSON lines to a file, IPFIX to a socket that reads them back. All
 * records arrive in both, and add up. tests/e2e/leaks.sh runs this under valgrind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "flow_sim.h"
#include "ipfix_decode.h"
#include "random.h"

enum { HOUR_S = 3600 };

struct other_end {
	int fd;
	struct decoder d;
	__u64 flows, packets, bytes, rules;
};

static void say(void *arg, const char *text)
{
	(void)arg;
	fail_msg("%s", text);
}

static int open_other_end(struct ipfix_target *target)
{
	const int room = 4 << 20;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[64];

	assert_true(fd >= 0 && !bind(fd, (struct sockaddr *)&a, n) && !getsockname(fd, (struct sockaddr *)&a, &n));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	snprintf(text, sizeof(text), "udp:127.0.0.1:%u", ntohs(a.sin_port));
	assert_int_equal(ipfix_target_parse(text, target, NULL), 0);
	return fd;
}

static void read_other_end(struct other_end *o)
{
	uint8_t buf[2048];
	ssize_t n;

	while ((n = recv(o->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (!decode(&o->d, buf, (size_t)n))
			fail_msg("%s", o->d.why);
		for (size_t i = 0; i < o->d.n; i++) {
			const struct decoded_record *r = &o->d.v[i];

			o->rules += decoded_find(r, 0, 335) != NULL;
			if (r->options)
				continue;
			o->flows++;
			o->packets += decoded_number(r, 0, 2) + decoded_number(r, 29305, 2);
			o->bytes += decoded_number(r, 0, 1) + decoded_number(r, 29305, 1);
		}
	}
}

static void traffic(struct sim *s, struct random *r)
{
	__u32 place = random_below(r, SIM_PLACES);

	if (random_below(r, 100) < 15 && sim_serial(s, place) + 2 < SIM_SERIALS)
		sim_insert(s, place, random_below(r, 2) ? PROTO_TCP : PROTO_UDP, false);
	else if (random_below(r, 100) < 3)
		sim_close(s, place);
	else
		sim_packet(s, place, (int)random_below(r, 2), 40 + random_below(r, 1400));
}

static void tick(struct sim *s, struct collector *c)
{
	for (size_t i = 0; i < s->queued; i++)
		sweep_end(&c->sweep, &s->queue[i]);
	s->queued = 0;
	assert_int_equal(collect_tick(c, s->now, s->now.raw * SIM_TICK_NS), 0);
}

static __u64 count_lines(const char *path)
{
	FILE *f = fopen(path, "r");
	__u64 lines = 0;
	int ch;

	assert_non_null(f);
	while ((ch = getc(f)) != EOF)
		lines += ch == '\n';
	fclose(f);
	return lines;
}

static void test_hour(void **state)
{
	char path[] = "/tmp/fwctl-hour-XXXXXX";
	const struct known_rules rules = { .id = 1 };
	struct other_end o = { .packets = 0 };
	struct random r = { 3 };
	struct ipfix_target target;
	struct collector c;
	struct sim s;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	o.fd = open_other_end(&target);
	sim_init(&s, SIM_QUEUE);
	sim_collector(&s, &c);
	c.env.say = say;
	c.env.rules = &rules;
	assert_int_equal(sink_json_open(&c.env, path, &c.sinks[SINK_JSON], NULL), 0);
	c.sinks[SINK_IPFIX] = sink_ipfix_open(&c.env, &target);
	for (unsigned int second = 0; second < HOUR_S; second++) {
		for (int i = 0; i < 1000 / COLLECT_TICK_MS; i++) {
			s.now.raw += COLLECT_TICK_MS * 1000000 / SIM_TICK_NS;
			if (i % 8 == 0)
				traffic(&s, &r);
			tick(&s, &c);
			read_other_end(&o);
		}
		if (second % 600 == 0)
			collect_reopen(&c);
	}
	collect_end(&c, s.now);
	read_other_end(&o);
	assert_int_equal(s.st->lost[SINK_JSON].records + s.st->lost[SINK_IPFIX].records + s.lost.records, 0);
	assert_int_equal(s.st->sent[SINK_JSON].packets, s.packets);
	assert_int_equal(s.st->sent[SINK_JSON].bytes, s.bytes);
	assert_int_equal(o.packets, s.packets);
	assert_int_equal(o.bytes, s.bytes);
	assert_int_equal(o.flows, s.st->sent[SINK_JSON].records);
	assert_int_equal(count_lines(path), o.flows);
	assert_true(o.flows > 1000 && o.rules >= 100); /* templates and names, every half a minute */
	unlink(path);
	close(o.fd);
	decoder_free(&o.d);
	sim_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_hour) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

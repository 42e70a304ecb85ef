/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "fail.h"
#include "ipfix_link.h"

#define SECOND_NS 1000000000ull
enum {
	QUEUE_MAX = 8 << 20,
	BACKOFF_MAX_S = 32,
	CONNECT_S = 10,
	FIRST_WAIT_MS = 1000,
	DEAD_PEER_MS = 30000,
	SEND_BUFFER = 1 << 20,
	QUIET_S = 60,
	READS = 64,
	PATIENCE_MS = 200,
	LAST_PATIENCE_MS = 5000,
	PAUSE_MS = 1
};

/* A message on its way over TCP. */
struct queued {
	struct queued *next;
	struct export_tally tally;
	__u64 end; /* offset in the connection's stream behind it */
	size_t n;
	__u8 data[];
};

struct ipfix_link {
	struct sink *sink;
	struct ipfix_target target;
	int fd;
	enum ipfix_link_state state;
	bool said_down;
	__u32 session, backoff_s;
	__u64 patience_ns; /* how long to wait yet where there is no room: of this tick, or of the last sweep */
	bool last_sweep;
	bool stuck;     /* that was not enough, and nothing has gone out since */
	__u64 deadline; /* monotonic ns: when to try again, or to give a connection up */
	/* UDP */
	struct export_tally held; /* the last message: its error may be yet to come */
	__u64 look_at;            /* monotonic ns: when to look at the socket's own address again */
	__u64 error_at;           /* monotonic ns: when the last error came */
	/* TCP: messages in order; `unwritten` is the first that is not all with the kernel */
	struct queued *first, **last, *unwritten;
	__u64 enqueued, written; /* offsets in the stream */
	size_t queued_bytes;
};

static struct export_state *state_of(const struct ipfix_link *l) { return l->sink->env->st; }

static void settle(struct ipfix_link *l, struct export_tally *tally, bool sent)
{
	struct export_state *st = state_of(l);

	journal_move(st, &st->queued[SINK_IPFIX], sent ? &st->sent[SINK_IPFIX] : &st->lost[SINK_IPFIX], tally);
	*tally = (struct export_tally){ .records = 0 };
}

static void drop_queue(struct ipfix_link *l)
{
	while (l->first) {
		struct queued *q = l->first;

		l->first = q->next;
		settle(l, &q->tally, false);
		free(q);
	}
	l->last = &l->first;
	l->unwritten = NULL;
	l->enqueued = l->written = l->queued_bytes = 0;
}

/*
 * Pauses for a moment, while there is patience; false when there is none. Many records at once (of the last sweep, of ends that have waited in a
 * ring buffer) are more than the queue holds, and a peer that reads takes them soon; one that does not costs so much once.
 */
static bool pause_for_room(struct ipfix_link *l)
{
	__u64 before = clock_monotonic_ns(), took;

	if (l->sink->env->ending && !l->last_sweep) {
		l->last_sweep = true;
		l->stuck = false;
		l->patience_ns = LAST_PATIENCE_MS * 1000000ull;
	}
	if (l->stuck || !l->patience_ns) {
		l->stuck = true;
		return false;
	}
	nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
	took = clock_monotonic_ns() - before;
	l->patience_ns -= took < l->patience_ns ? took : l->patience_ns;
	return true;
}

/* --- up and down ---------------------------------------------------------------------------------- */

static void release_acknowledged(struct ipfix_link *l);

static void go_down(struct ipfix_link *l, int err)
{
	if (l->fd >= 0 && l->target.tcp && l->state == LINK_UP)
		release_acknowledged(l);
	cleanup_close_fn(&l->fd);
	l->fd = -1;
	l->state = LINK_DOWN;
	drop_queue(l);
	l->backoff_s = l->backoff_s ? l->backoff_s * 2 : 1;
	if (l->backoff_s > BACKOFF_MAX_S)
		l->backoff_s = BACKOFF_MAX_S;
	l->deadline = clock_monotonic_ns() + l->backoff_s * SECOND_NS;
	if (!l->said_down)
		sink_say(l->sink, "%s: %s (tried again, at least every %d s; what is not sent until then is counted as lost)",
			 l->target.text, err ? strerror(err) : "the collector closed the connection", BACKOFF_MAX_S);
	l->said_down = true;
}

static void go_up(struct ipfix_link *l)
{
	l->state = LINK_UP;
	l->session++;
	if (l->target.tcp)
		l->backoff_s = 0; /* over UDP that says little: a message that went out does */
	if (l->said_down)
		sink_say(l->sink, "%s: connected", l->target.text);
	l->said_down = false;
}

/* Begins a connection; UDP is up at once. */
static void start(struct ipfix_link *l)
{
	const int on = 1, dead = DEAD_PEER_MS, buffer = SEND_BUFFER;
	struct sockaddr_storage to;
	socklen_t n = ipfix_target_address(&l->target, &to);

	l->fd = socket(to.ss_family, (l->target.tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return go_down(l, errno);
	/* None of these must be. */
	(void)setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (l->target.tcp) {
		(void)setsockopt(l->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		(void)setsockopt(l->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
	}
	l->state = LINK_CONNECTING;
	l->deadline = clock_monotonic_ns() + CONNECT_S * SECOND_NS;
	if (!connect(l->fd, (struct sockaddr *)&to, n))
		go_up(l);
	else if (errno != EINPROGRESS)
		go_down(l, errno);
}

/* A connection that was begun: is it there? */
static void look_connecting(struct ipfix_link *l, int wait_ms)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };
	socklen_t n = sizeof(int);
	int err = 0;

	if (poll(&p, 1, wait_ms) <= 0) {
		if (clock_monotonic_ns() > l->deadline)
			go_down(l, ETIMEDOUT);
		return;
	}
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &err, &n) || err)
		go_down(l, err ? err : errno);
	else
		go_up(l);
}

/* --- UDP ------------------------------------------------------------------------------------------ */

static void say_udp(struct ipfix_link *l, int err)
{
	if (!l->said_down)
		sink_say(l->sink, "%s: %s (what is known to be lost is counted)", l->target.text, strerror(err));
	l->said_down = true;
	l->error_at = clock_monotonic_ns();
}

/*
 * An ICMP error speaks of the last message, as far as one can know; the collector may have been away since longer. Such errors are few (a
 * router sends one a second at most): only when there has been none for a while, it is taken to be back.
 */
static void look_udp(struct ipfix_link *l)
{
	socklen_t n = sizeof(int);
	int err = 0;

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &err, &n))
		err = errno;
	settle(l, &l->held, !err);
	if (err) {
		l->session++;
		say_udp(l, err);
	} else if (l->said_down && clock_monotonic_ns() > l->error_at + QUIET_S * SECOND_NS) {
		sink_say(l->sink, "%s: no error for %d s", l->target.text, QUIET_S);
		l->said_down = false;
	}
}

/* There is no way from the address of the socket to the collector: a new socket may have another. */
static bool is_no_way(int err)
{
	return err == ENETUNREACH || err == EHOSTUNREACH || err == EINVAL || err == EADDRNOTAVAIL || err == ENETDOWN;
}

static void tick_udp(struct ipfix_link *l, __u64 now)
{
	look_udp(l);
	if (now < l->look_at)
		return;
	l->look_at = now + SECOND_NS;
	if (ipfix_own_address_gone(l->fd))
		go_down(l, EADDRNOTAVAIL);
}

static void send_udp(struct ipfix_link *l, const __u8 *message, size_t n, const struct export_tally *tally)
{
	ssize_t sent;
	int err;

	look_udp(l);
	l->held = *tally;
	while ((sent = send(l->fd, message, n, MSG_NOSIGNAL)) < 0 && errno == EAGAIN)
		if (!pause_for_room(l)) {
			errno = EAGAIN;
			break;
		}
	if (sent < 0 &&
	    errno == ECONNREFUSED) /* an error that came in this moment, of the message before: this one was not sent */
		sent = send(l->fd, message, n, MSG_NOSIGNAL);
	if (sent == (ssize_t)n) {
		l->stuck = false;
		l->backoff_s = 0;
		return;
	}
	err = errno;
	settle(l, &l->held, false);
	if (is_no_way(err))
		go_down(l, err);
	else
		say_udp(l, err);
}

/* --- TCP ------------------------------------------------------------------------------------------ */

/* What the peer has acknowledged is sent (tcp(7), SIOCOUTQ: what it has not). */
static void release_acknowledged(struct ipfix_link *l)
{
	int unacknowledged = 0;

	if (ioctl(l->fd, SIOCOUTQ, &unacknowledged))
		return;
	while (l->first && l->first != l->unwritten && l->first->end + (__u64)unacknowledged <= l->written) {
		struct queued *q = l->first;

		l->first = q->next;
		if (!l->first)
			l->last = &l->first;
		l->queued_bytes -= q->n;
		l->stuck = false;
		settle(l, &q->tally, true);
		free(q);
	}
}

static void write_queue(struct ipfix_link *l)
{
	while (l->unwritten) {
		struct queued *q = l->unwritten;
		size_t left = (size_t)(q->end - l->written);
		ssize_t n = send(l->fd, q->data + q->n - left, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			return go_down(l, errno);
		l->written += (__u64)n;
		if ((size_t)n == left)
			l->unwritten = q->next;
	}
}

/* Collectors say nothing; what comes is the end of the connection. */
static void read_end(struct ipfix_link *l)
{
	__u8 nothing[512];
	ssize_t n = 1;

	for (int i = 0; i < READS && n > 0; i++) /* one that says something all the time shall not keep us */
		n = recv(l->fd, nothing, sizeof(nothing), MSG_DONTWAIT);
	if (n > 0)
		return;
	if (!n || (errno != EAGAIN && errno != EINTR))
		go_down(l, n ? errno : 0);
}

static void send_tcp(struct ipfix_link *l, const __u8 *message, size_t n, const struct export_tally *tally)
{
	struct export_tally t = *tally;
	struct queued *q;

	while (l->state == LINK_UP && l->queued_bytes + n > QUEUE_MAX && pause_for_room(l)) {
		write_queue(l);
		if (l->state == LINK_UP)
			release_acknowledged(l);
	}
	if (l->state != LINK_UP || l->queued_bytes + n > QUEUE_MAX) {
		settle(l, &t, false);
		return;
	}
	q = (struct queued *)xmalloc(sizeof(*q) + n);
	l->enqueued += n;
	*q = (struct queued){ .tally = t, .end = l->enqueued, .n = n };
	memcpy(q->data, message, n);
	*l->last = q;
	l->last = &q->next;
	l->queued_bytes += n;
	if (!l->unwritten)
		l->unwritten = q;
	write_queue(l);
}

/* --- both ----------------------------------------------------------------------------------------- */

struct ipfix_link *ipfix_link_open(struct sink *sink, const struct ipfix_target *target)
{
	struct ipfix_link *l = (struct ipfix_link *)xcalloc(1, sizeof(*l));

	*l = (struct ipfix_link){ .sink = sink, .target = *target, .fd = -1, .state = LINK_DOWN };
	l->last = &l->first;
	start(l);
	if (l->state == LINK_CONNECTING)
		look_connecting(l, FIRST_WAIT_MS);
	return l;
}

enum ipfix_link_state ipfix_link_state(const struct ipfix_link *l) { return l->state; }
__u32 ipfix_link_session(const struct ipfix_link *l) { return l->session; }

void ipfix_link_send(struct ipfix_link *l, const __u8 *message, size_t n, const struct export_tally *tally)
{
	struct export_tally t = *tally;

	if (l->state != LINK_UP)
		settle(l, &t, false);
	else if (l->target.tcp)
		send_tcp(l, message, n, tally);
	else
		send_udp(l, message, n, tally);
}

void ipfix_link_tick(struct ipfix_link *l, __u64 now)
{
	if (!l->last_sweep)
		l->patience_ns = PATIENCE_MS * 1000000ull;
	switch (l->state) {
	case LINK_DOWN:
		if (now >= l->deadline)
			start(l);
		return;
	case LINK_CONNECTING:
		look_connecting(l, 0);
		return;
	case LINK_UP:
		break;
	}
	if (!l->target.tcp)
		return tick_udp(l, now);
	write_queue(l);
	if (l->state == LINK_UP)
		release_acknowledged(l);
	if (l->state == LINK_UP)
		read_end(l);
}

void ipfix_link_close(struct ipfix_link *l, int wait_ms)
{
	__u64 end = clock_monotonic_ns() + (__u64)wait_ms * 1000000;
	const struct timespec pause = { 0, 10000000 };

	ipfix_link_tick(l, clock_monotonic_ns());
	while (l->first && l->state == LINK_UP && clock_monotonic_ns() < end) {
		nanosleep(&pause, NULL);
		ipfix_link_tick(l, clock_monotonic_ns());
	}
	drop_queue(l);
	cleanup_close_fn(&l->fd);
	free(l);
}

/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "clock.h"
#include "events.h"
#include "fail.h"
#include "readers.h"

enum { LOOK_MS = 1000, LOOK_EVENTS = 256, POLL_EVENTS = 4096 };

struct events {
	struct readers readers;
	struct ring_buffer *rb;
	int ring, slot;
	__u32 kinds, alive_s;
	__u64 token;
	unsigned int seen; /* events since the last look at the slot */
	__u64 lost;        /* as of the last look at counters that were ours */
	struct counters lost_flows;
	events_fn fn; /* of the poll that is going on */
	void *arg;
};

#define LOAD(p)     __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define STORE(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

static int on_sample(void *ctx, void *data, size_t size)
{
	static const size_t sizes[EVENT_COUNT] = {
		[EVENT_LOG] = sizeof(struct packet_event),      [EVENT_DROP] = sizeof(struct packet_event),
		[EVENT_FLOW_START] = sizeof(struct flow_event), [EVENT_FLOW_CLOSED] = sizeof(struct flow_event),
		[EVENT_FLOW_END] = sizeof(struct flow_event),
	};
	const union event_any *any = (const union event_any *)data;
	struct events *e = (struct events *)ctx;
	int rc;

	if (size < sizeof(any->head) || any->head.kind >= EVENT_COUNT || size < sizes[any->head.kind])
		return -EPROTO;
	rc = e->fn(e->arg, any);
	if (rc < 0)
		return rc;
	return ++e->seen % LOOK_EVENTS ? 0 : -EAGAIN; /* libbpf goes on for as long as there is something */
}

/* To read the ring buffer; `ring` may be the errno of why there is none. */
static int use_ring(struct events *e, int ring)
{
	e->ring = ring;
	e->rb = ring < 0 ? NULL : ring_buffer__new(ring, on_sample, e, NULL);
	return e->rb ? 0 : ring < 0 ? ring : -errno;
}

static reader_id_t slot_of(const struct events *e) { return (reader_id_t){ (__u32)e->slot }; }

/* We are here, and want events. */
static void join(const struct events *e)
{
	struct reader *r = &e->readers.watch->reader[e->slot];

	STORE(r->until.raw, readers_until(&e->readers, e->alive_s).raw);
	STORE(r->wants, e->kinds);
	(void)__atomic_fetch_or(&e->readers.watch->wants, e->kinds, __ATOMIC_SEQ_CST);
}

/* A free slot has no ring buffer. Where there is one, all else is in its place: who is killed in here can be resumed from then on. */
static int enter(const struct events *e, __u32 flags)
{
	struct reader *r = &e->readers.watch->reader[e->slot];
	int rc;

	STORE(r->wants, 0);
	STORE(r->sent, 0);
	STORE(r->lost, 0);
	STORE(r->lost_packets, 0);
	STORE(r->lost_bytes, 0);
	STORE(r->flags, flags);
	rc = fw_rings_put(e->readers.maps->fw_rings, slot_of(e), e->ring);
	if (!rc)
		join(e);
	return rc;
}

int events_token(__u64 *out)
{
	if (getrandom(out, sizeof(*out), 0) != sizeof(*out))
		return -EIO;
	*out |= READER_TOKEN_MIN;
	return 0;
}

static int open_as(struct events *e, const struct instance_maps *m, size_t bytes, __u32 flags, struct events **out, char **err)
{
	_cleanup_events_ struct events *mine = e;
	int rc = readers_open(m, &e->readers);

	rc = rc ?: use_ring(e, fw_rings_make(bytes));
	if (rc)
		return FAIL(err, rc, "events: %s", strerror(-rc));
	e->slot = readers_take(&e->readers, e->token, e->alive_s);
	if (e->slot < 0)
		return FAIL(
			err, -EBUSY,
			"events: %d processes read them already (end a fwctl monitor or export; a killed one counts for %d s)",
			READERS_MAX, READER_ALIVE_S);
	rc = enter(e, flags);
	if (rc)
		return FAIL(err, rc, "events: %s", strerror(-rc));
	*out = TAKE_PTR(mine);
	return 0;
}

static struct events *new_reader(__u32 kinds, __u32 alive_s, __u64 token)
{
	struct events *e = (struct events *)xcalloc(1, sizeof(*e));

	*e = (struct events){ .ring = -1, .slot = -1, .kinds = kinds, .alive_s = alive_s, .token = token };
	return e;
}

int events_open(const struct instance_maps *m, __u32 kinds, size_t bytes, __u32 flags, struct events **out, char **err)
{
	__u64 token;
	int rc = events_token(&token);

	if (rc)
		return FAIL(err, rc, "events: %s", strerror(-rc));
	return open_as(new_reader(kinds, READER_ALIVE_S, token), m, bytes, flags, out, err);
}

int events_open_kept(const struct instance_maps *m, __u32 kinds, size_t bytes, __u32 flags, __u64 token, struct events **out,
		     char **err)
{
	return open_as(new_reader(kinds, READER_AWAY_S, token), m, bytes, flags, out, err);
}

static bool is_ours(const struct events *e) { return LOAD(e->readers.watch->reader[e->slot].token) == e->token; }

static bool find_own(struct events *e)
{
	for (e->slot = 0; e->token && e->slot < READERS_MAX; e->slot++)
		if (is_ours(e))
			return true;
	e->slot = -1;
	return false;
}

int events_resume(const struct instance_maps *m, __u32 kinds, __u64 token, struct events **out, char **err)
{
	_cleanup_events_ struct events *e = new_reader(kinds, READER_AWAY_S, token);
	int rc = readers_open(m, &e->readers);

	if (rc)
		return FAIL(err, rc, "events: %s", strerror(-rc));
	if (!find_own(e))
		return -ESTALE;
	rc = use_ring(e, fw_rings_ring(m->fw_rings, slot_of(e)));
	if (rc == -ENOENT)
		return -ESTALE; /* closed, and its slot with it */
	if (rc) {
		e->slot = -1; /* it waits for another try */
		return FAIL(err, rc, "events: %s", strerror(-rc));
	}
	join(e);
	*out = TAKE_PTR(e);
	return 0;
}

void events_stop(struct events *e)
{
	if (e->slot < 0 || !is_ours(e))
		return;
	STORE(e->readers.watch->reader[e->slot].wants, 0);
	readers_sum_up(&e->readers);
}

void events_close(struct events *e)
{
	if (e && e->slot >= 0 && is_ours(e)) {
		events_stop(e);
		(void)fw_rings_del(e->readers.maps->fw_rings, slot_of(e));
		STORE(e->readers.watch->reader[e->slot].token, 0);
	}
	events_leave(e);
}

void events_leave(struct events *e)
{
	if (!e)
		return;
	ring_buffer__free(e->rb);
	cleanup_close_fn(&e->ring);
	readers_close(&e->readers);
	free(e);
}

/* We are still here; and the sum is right, whoever else came or went. */
static int look(struct events *e)
{
	if (!is_ours(e))
		return -ESTALE;
	STORE(e->readers.watch->reader[e->slot].until.raw, readers_until(&e->readers, e->alive_s).raw);
	readers_give_up(&e->readers, READER_GONE_S);
	return 0;
}

/* What came before the slot was taken from us is in our ring buffer still. */
static int poll_rest(struct events *e)
{
	unsigned int before = e->seen;
	int rc = ring_buffer__consume(e->rb);

	if (rc < 0 && rc != -EAGAIN)
		return rc;
	return e->seen != before ? (int)(e->seen - before) : -ESTALE;
}

int events_poll(struct events *e, int timeout_ms, events_fn fn, void *arg)
{
	__u64 end = timeout_ms < 0 ? UINT64_MAX : clock_monotonic_ms() + (__u64)timeout_ms;
	int total = 0;

	e->fn = fn;
	e->arg = arg;
	for (;;) {
		unsigned int before = e->seen;
		__u64 now = clock_monotonic_ms();
		int rc = look(e), wait = total || now >= end ? 0 : (int)(end - now < LOOK_MS ? end - now : LOOK_MS);

		if (rc)
			return rc == -ESTALE ? poll_rest(e) : rc;
		rc = ring_buffer__consume(e->rb);
		if (!rc && e->seen == before && wait)
			rc = ring_buffer__poll(e->rb, wait);
		total += (int)(e->seen - before);
		if (rc < 0 && rc != -EAGAIN)
			return rc;
		if (total >= POLL_EVENTS || (rc != -EAGAIN && (total || clock_monotonic_ms() >= end)))
			return total;
	}
}

int events_fd(const struct events *e) { return ring_buffer__epoll_fd(e->rb); }

/* Counters of the slot, while it is ours: who takes it changes the token first. */
static void look_at_losses(struct events *e)
{
	const struct reader *r = &e->readers.watch->reader[e->slot];
	struct counters flows = { LOAD(r->lost_packets), LOAD(r->lost_bytes) };
	__u64 lost = LOAD(r->lost);

	if (!is_ours(e))
		return;
	e->lost = lost;
	e->lost_flows = flows;
}

struct counters events_lost_flows(struct events *e)
{
	look_at_losses(e);
	return e->lost_flows;
}

__u64 events_lost(struct events *e)
{
	look_at_losses(e);
	return e->lost;
}

int events_counted(const struct instance_maps *m, enum event kind, enum event_fate fate, struct counters *out)
{
	return fw_event_counts_sum(m->fw_event_counts, event_count_of(kind, fate), out);
}

int events_readers(const struct instance_maps *m, unsigned int *n)
{
	struct readers readers;
	int rc = readers_open(m, &readers);

	*n = 0;
	if (rc)
		return rc;
	readers_give_up(&readers, READER_GONE_S);
	*n = readers_count(&readers);
	readers_close(&readers);
	return 0;
}

int events_totals(const struct instance_maps *m, struct event_totals *out)
{
	int rc = 0;

	*out = (struct event_totals){ 0, 0, 0 };
	for (int k = 0; !rc && k < EVENT_COUNT; k++) {
		struct counters sent = { 0, 0 }, lost = { 0, 0 }, unread = { 0, 0 };

		rc = events_counted(m, (enum event)k, FATE_SENT, &sent);
		rc = rc ?: events_counted(m, (enum event)k, FATE_LOST, &lost);
		rc = rc ?: events_counted(m, (enum event)k, FATE_UNREAD, &unread);
		out->sent += sent.packets;
		out->lost += lost.packets + (k == EVENT_LOG ? unread.packets : 0);
		out->unreported += k == EVENT_FLOW_END ? unread.packets : 0;
	}
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Reading of events (shared/event.h): a slot, a ring buffer, and the promise to be there. */
#ifndef FW_EVENTS_H
#define FW_EVENTS_H

#include "maps.h"
#include "util.h"

struct events;

/* Of an event; it is gone when this returns. A negative errno (not -EAGAIN) ends events_poll(), which returns it. */
typedef int (*events_fn)(void *arg, const union event_any *e);

/*
 * From now on events of `kinds` (1 << EVENT_*) are kept for this process, as many as `bytes` (a power of two, 4096 or more)
 * hold; 8 and the event's size, rounded up to 8, each. `flags`: READER_QUIET for one that polls at its own pace. *m must outlive
 * the reader. 0; -EBUSY when all slots are taken; or a negative errno; with *err.
 */
int events_open(const struct instance_maps *m, __u32 kinds, size_t bytes, __u32 flags, struct events **out, char **err);
/* No more events are kept; those that are there can be read still. */
void events_stop(struct events *e);
void events_close(struct events *e);
/* Lets go of it as a process does that is killed: the slot and what is in the ring buffer wait for events_resume(). */
void events_leave(struct events *e);

/*
 * For a reader that is to miss nothing when it is killed and started again. It keeps a token (0: none yet) in a place that outlives it,
 * where it is written before the reader opens by it: so, whenever it is killed, the next one finds by it what there is. The slot is its own
 * for READER_AWAY_S after it was last there.
 */
enum { READER_AWAY_S = 600 };
int events_token(__u64 *out);
int events_open_kept(const struct instance_maps *m, __u32 kinds, size_t bytes, __u32 flags, __u64 token, struct events **out,
		     char **err);
/*
 * The reader of the token, with what has come since. -ESTALE (without *err) where there is none any more: its slot was given to another, or it
 * was killed while it opened, and is gone with this.
 */
int events_resume(const struct instance_maps *m, __u32 kinds, __u64 token, struct events **out, char **err);
static inline void cleanup_events_fn(struct events **e) { events_close(*e); }
#define _cleanup_events_ __attribute__((cleanup(cleanup_events_fn)))

/*
 * Takes what there is, or waits for it at most timeout_ms (-1: for ever; a second at most passes between two looks at the slot).
 * To be called at least every READER_ALIVE_S seconds, or what happens meanwhile is counted as missed. Number of events, a few thousand
 * at most, so that the caller gets to other things; -EINTR after a signal; -ESTALE when another process has taken the slot of a reader that
 * was silent for too long, or another has seen it silent for READER_GONE_S more, and what had come before is read.
 */
enum { READER_ALIVE_S = 10, READER_GONE_S = 600 };
int events_poll(struct events *e, int timeout_ms, events_fn fn, void *arg);

/* To wait for with poll(2), beside others; then events_poll with a timeout of 0. */
int events_fd(const struct events *e);

/*
 * Events of its kinds that the reader missed; and the packets and bytes of the flows whose ends are among them. Of one whose slot has
 * been taken, what was last seen.
 */
__u64 events_lost(struct events *e);
struct counters events_lost_flows(struct events *e);

/* Events of an instance by kind and fate, since it was made (shared/event.h). */
int events_counted(const struct instance_maps *m, enum event kind, enum event_fate fate, struct counters *out);

/* Processes that read events. Slots of those that are long gone become free. */
int events_readers(const struct instance_maps *m, unsigned int *n);

/* Of all kinds together; a log that nobody read counts as lost, a flow end that nobody read as unreported. */
struct event_totals {
	__u64 sent, lost, unreported;
};
int events_totals(const struct instance_maps *m, struct event_totals *out);

#endif

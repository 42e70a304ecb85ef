/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of IPFIX messages to a collector, over UDP or TCP: takes whole messages with the tally of their flow records, and accounts
 * for each in the end: st->queued while it is on its way, then st->sent, or st->lost.
 *
 * UDP: sent once the next message could be sent without an ICMP error having come back. TCP: sent when the peer's kernel has
 * acknowledged all of it; of a connection that breaks the rest is lost, and the link is down until a new one is made.
 */
#ifndef FW_IPFIX_LINK_H
#define FW_IPFIX_LINK_H

#include "sink.h"

struct ipfix_link;
enum ipfix_link_state { LINK_DOWN, LINK_CONNECTING, LINK_UP };

/* Also where nobody answers yet. *sink is for its messages to the operator and its counts. Owned by the caller. */
struct ipfix_link *ipfix_link_open(struct sink *sink, const struct ipfix_target *target);
/* Delivers what is queued within `wait_ms`; the rest is lost. */
void ipfix_link_close(struct ipfix_link *l, int wait_ms);

enum ipfix_link_state ipfix_link_state(const struct ipfix_link *l);
/* A number that changes with each connection, and on UDP with each sign that the collector may be a new one: templates are due. */
__u32 ipfix_link_session(const struct ipfix_link *l);

/* Takes over `tally`, which is in st->queued already. */
void ipfix_link_send(struct ipfix_link *l, const __u8 *message, size_t n, const struct export_tally *tally);
void ipfix_link_tick(struct ipfix_link *l, __u64 monotonic_ns);

#endif

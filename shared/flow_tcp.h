/* SPDX-License-Identifier: GPL-2.0 */
/* What is followed of a TCP connection, as seen from between its ends: state, and sequence numbers. Pure functions over values. */
#ifndef FW_FLOW_TCP_H
#define FW_FLOW_TCP_H

#include "flow.h"

/*
 * State after a packet of an existing TCP flow (RFC 9293 3.3.2 as seen from between: both ends' flags, no windows).
 * `seen` are the flags seen so far by direction, this packet's included; dir 0 is from the initiator; `answers`: flow_is_answered().
 */
static __always_inline enum flow_state flow_tcp_next(enum flow_state s, __u8 flags, int dir, const __u8 seen[2], bool answers)
{
	if (flags & TCP_RST)
		return FLOW_RESET;
	switch (s) {
	case FLOW_SYN_SENT:
		if (dir && flags & TCP_SYN)
			return FLOW_SYN_RECEIVED;
		return s;
	case FLOW_SYN_RECEIVED:
		if (flags & TCP_FIN)
			return FLOW_CLOSING;
		return !dir && flags & TCP_ACK && answers ? FLOW_ESTABLISHED : s;
	case FLOW_ESTABLISHED:
		return flags & TCP_FIN ? FLOW_CLOSING : s;
	case FLOW_CLOSING:
		/* Both have said FIN, and this one only acknowledges. */
		return seen[0] & seen[1] & TCP_FIN && !(flags & TCP_FIN) && flags & TCP_ACK ? FLOW_CLOSED : s;
	case FLOW_CLOSED:
	case FLOW_RESET:
	case FLOW_UNREPLIED:
	case FLOW_REPLIED:
		break;
	}
	return s;
}

/* A TCP connection that is over; its entry goes on for as long as late packets may come. */
static __always_inline bool flow_has_ended(const struct flow *f) { return f->state == FLOW_CLOSED || f->state == FLOW_RESET; }

/*
 * Sequence numbers (RFC 9293 3.4). What is assumed, since windows and their scale are not followed: the bytes on their way fit
 * TCP_BEHIND, and what ends a connection, or goes on from what was seen of its sender, comes from within TCP_WINDOW of its sender's
 * newest byte.
 */
enum { TCP_WINDOW = 0xffff, TCP_BEHIND = 1 << 24 };

static __always_inline bool seq_is_near(__u32 seq, __u32 end) { return (__u32)(seq - end + TCP_WINDOW) <= 2 * TCP_WINDOW; }
/* A packet that begins there goes on from what was seen of its sender, or says some of it again. */
static __always_inline bool seq_in_line(__u32 seq, __u32 end)
{
	return (__u32)(seq - end + TCP_BEHIND) <= TCP_BEHIND + TCP_WINDOW;
}
/* Behind the packet's last byte; SYN and FIN are one each. */
static __always_inline __u32 packet_seq_end(const struct packet *p)
{
	return p->tcp_seq + p->payload + !!(p->tcp_flags & TCP_SYN) + !!(p->tcp_flags & TCP_FIN);
}

/*
 * Of a connection that attach took over nothing is known at first; what this host itself says is believed. (It made the flow on the way
 * out, or the peer on the way in.)
 */
static __always_inline bool flow_may_be_anyones(const struct flow *f, int dir)
{
	return f->bits & FLOW_SEEDED && !dir != !!(f->bits & FLOW_MADE_OUT);
}

/*
 * A reset ends the connection when its sequence number is near its sender's newest byte. Of a sender that was never seen it must
 * acknowledge what it answers (RFC 9293 3.10.7.3), unless the connection was picked up mid-stream and nothing is known.
 */
static __always_inline bool flow_reset_is_meant(const struct flow *f, const struct packet *p, int dir)
{
	if (f->seq_end[dir])
		return seq_is_near(p->tcp_seq, f->seq_end[dir]);
	if (f->seq_end[!dir] && p->tcp_flags & TCP_ACK)
		return seq_is_near(p->tcp_ack, f->seq_end[!dir]);
	return f->state != FLOW_SYN_SENT && !flow_may_be_anyones(f, dir);
}

/* The packet acknowledges what the other side has sent, which who guesses can hardly do. */
static __always_inline bool flow_is_acked(const struct flow *f, const struct packet *p, int dir)
{
	return p->tcp_flags & TCP_ACK && f->seq_end[!dir] && seq_is_near(p->tcp_ack, f->seq_end[!dir]);
}

/*
 * An acknowledgement completes the handshake when it is one of what the other side was seen to say: else who forges his address could
 * complete it, and fill the table with connections that do not give way.
 */
static __always_inline bool flow_is_answered(const struct flow *f, const struct packet *p, int dir)
{
	return !f->seq_end[!dir] || (__u32)(f->seq_end[!dir] - p->tcp_ack) <= TCP_WINDOW;
}

/* The packet's flags, but for a FIN that is not where its sender is: that ends nothing, as little as such a reset does. */
static __always_inline __u8 flow_flags_meant(const struct flow *f, const struct packet *p, int dir)
{
	const bool known = f->seq_end[dir] || flow_may_be_anyones(f, dir);

	if (p->tcp_flags & TCP_FIN && known && !seq_is_near(p->tcp_seq, f->seq_end[dir]) && !flow_is_acked(f, p, dir))
		return p->tcp_flags & (__u8)~TCP_FIN;
	return p->tcp_flags;
}

/*
 * Follows what the sender has sent. What is far from what was seen of it is believed when it acknowledges what the other side has
 * sent; a new SYN also before the other side has answered.
 */
static __always_inline void flow_follow_seq(struct flow *f, const struct packet *p, int dir)
{
	__u32 end = packet_seq_end(p), known = f->seq_end[dir];

	if (known && seq_in_line(p->tcp_seq, known)) {
		if ((__s32)(end - known) > 0)
			f->seq_end[dir] = end;
		return;
	}
	if (!known || (p->tcp_flags & TCP_SYN && f->state == FLOW_SYN_SENT) || flow_is_acked(f, p, dir))
		f->seq_end[dir] = end;
}

/* An ICMP error quotes this sequence number of side `dir`: may that have been sent? */
static __always_inline bool flow_sent_seq(const struct flow *f, __u32 seq, int dir)
{
	return !f->seq_end[dir] || (__u32)(f->seq_end[dir] + TCP_WINDOW - seq) <= TCP_BEHIND + TCP_WINDOW;
}

/* May it be the first packet of a connection? Only TCP tells. */
static __always_inline bool packet_opens(const struct packet *p)
{
	return p->proto != PROTO_TCP || (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/* A SYN opens a new connection where the old one has ended (port reuse). */
static __always_inline bool flow_is_over_for(const struct flow *f, const struct packet *p)
{
	return p->proto == PROTO_TCP && (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && flow_has_ended(f);
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets through the real programs with BPF_PROG_TEST_RUN, in an instance of its own that is pinned nowhere and
 * touches nothing live. Its clock is the capture's.
 */
#ifndef FW_REPLAY_H
#define FW_REPLAY_H

#include "linktype.h"
#include "model.h"
#include "../shared/config.h"

/* Bytes of a packet that the programs are given; headers beyond are as if the capture had cut them. */
enum { REPLAY_BYTES_MAX = 3500 };

struct replay;

/*
 * Loads the ruleset. Interfaces that rules or `on` (may be NULL) name get numbers of their own; none need exist.
 * 0 or a negative errno with *err. Needs the privileges of loading programs. rs must outlive the replay.
 */
int replay_open(const struct ruleset *rs, const char *on, struct replay **out, char **err);
/* Only with these programs, LOAD_* of programs.h (quicker): LOAD_XDP judges DIRECTION_IN, LOAD_OUT DIRECTION_OUT. */
int replay_open_hooks(const struct ruleset *rs, const char *on, unsigned int hooks, struct replay **out, char **err);
void replay_close(struct replay *r);
static inline void cleanup_replay_fn(struct replay **r) { replay_close(*r); }
#define _cleanup_replay_ __attribute__((cleanup(cleanup_replay_fn)))

/* The frame by the programs' own parser, natively: what they will make of it. */
void replay_parse(const struct frame *f, struct packet *out);

/*
 * Judges one packet: DIRECTION_IN through the XDP program, DIRECTION_OUT through TC egress. *out is valid until the next
 * packet. 0 or a negative errno with *err.
 */
int replay_packet(struct replay *r, enum direction d, __u64 time_ns, const struct frame *f, const struct replay_result **out,
		  char **err);

/* As replay_packet, but by the TC program for ingress (devices without XDP). */
int replay_packet_tc_in(struct replay *r, __u64 time_ns, const struct frame *f, const struct replay_result **out, char **err);

/*
 * All flows that were made, in order of their first packets, as they ended or are now. *v is owned by the replay and valid
 * until the next packet. Times are ns since the epoch.
 */
size_t replay_flows(struct replay *r, const struct flow **v);

/* The entry at a place of the table (outcome.flow): for tests that change it between packets. NULL for none. */
struct flow *replay_entry(struct replay *r, __u32 place);

/* Its maps, owned by the replay: who reads its events needs them. */
const struct instance_maps *replay_instance(const struct replay *r);

/* Packets that could not be given a flow though they would have made one (table-full; never silently). */
__u64 replay_losses(const struct replay *r, enum loss what);

#endif

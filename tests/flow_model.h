/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State as CLI.md words it, written once more in the plainest way: a list of flows, compared field by field, rules read by
 * the linear scan. What the kernel's flow table is tested against. It shares no code with shared/flow.h or policy.h.
 */
#ifndef FW_TESTS_FLOW_MODEL_H
#define FW_TESTS_FLOW_MODEL_H

#include <stdlib.h>
#include "../ctl/linear.h"

struct model_flow {
	struct packet first; /* the packet that made it */
	enum direction made; /* the hook where that was */
	bool reversed;       /* made by a SYN+ACK: its sender is not the initiator */
	bool judged[DIRECTION_COUNT], seen_fin[2], replied;
	rule_id_t rule[DIRECTION_COUNT];
	enum flow_state state;
	uint64_t packets[2], bytes[2], last_ns; /* [0] from the initiator */
	uint8_t flags[2];
	uint32_t end[2]; /* of TCP: behind the newest byte seen of each side; 0: none was */
	bool over;       /* another has taken its place */
};

struct model_answer {
	enum verdict verdict;
	enum reason reason;
	rule_id_t rule;
	bool cached, made, has_flow;
};

/* A datagram in fragments, from its first one on. */
struct model_datagram {
	struct packet first;
	enum direction direction; /* of the hook */
	uint64_t first_ns;
	struct model_answer answer; /* what became of the first fragment */
	uint32_t seen, total;
};

struct flow_model {
	const struct ruleset *rs;
	const char *on;
	struct model_flow *v;
	size_t n, cap;
	struct model_datagram *datagrams;
	size_t ndatagrams, cap_datagrams;
};

/* Judges a packet of status ok, and moves the state along. `quote` is what it quotes; of status ok and with a source where it does. */
struct model_answer flow_model_judge(struct flow_model *m, const struct packet *p, const struct packet *quote, enum direction d,
				     uint64_t now_ns);

static inline void flow_model_free(struct flow_model *m)
{
	free(m->v);
	free(m->datagrams);
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ClassBench filter sets (Taylor and Turner, INFOCOM 2005): rules of real firewalls' statistics, packet headers that probe them,
 * and the rule that each header has to find. Files, gzipped or plain, a line a thing:
 *   NAME.rules.gz  @SRC/LEN <tab> DST/LEN <tab> LO : HI <tab> LO : HI <tab> 0xPROTO/0xMASK [<tab> flags, not looked at]
 *   NAME.trace.gz  SRC DST SPORT DPORT PROTO ..., all decimal (IPv4 only)
 *   NAME.match.gz  the position of the first rule that matches, from 0; -1 for none
 */
#ifndef FW_TESTS_CLASSBENCH_H
#define FW_TESTS_CLASSBENCH_H

#include "../ctl/model.h"
#include "../ctl/util.h"
#include "build_packet.h"
#include "random.h"

enum { CB_SRC, CB_DST, CB_ENDS };

/* One rule; addresses as in the model (IPv4 mapped), ports in host order, all ranges inclusive. */
struct cb_rule {
	struct cb_end {
		addr_t lo, hi;
		uint8_t plen;
		uint16_t port_lo, port_hi;
	} end[CB_ENDS];
	bool proto_given;
	uint8_t proto;
};

/* A header; what has no ports carries some all the same. */
struct cb_header {
	addr_t addr[CB_ENDS];
	uint16_t port[CB_ENDS];
	uint8_t proto;
};

struct classbench {
	enum family family;
	struct cb_rule *rules;
	struct cb_header *headers;
	long *match; /* for each header; NULL where the set came without a trace */
	size_t nrules, nheaders;
};

/* The end of the set's name for a nominal size: 1k, 10k, 100k. */
static inline const char *classbench_size_text(size_t rules) { return rules < 10000 ? "1k" : rules < 100000 ? "10k" : "100k"; }

/* How the rules become rules of ours. All are `in`. */
struct cb_style {
	bool stateless;
	unsigned int drop_every; /* each so many'th rule drops; 0: all pass */
};

/*
 * DIR/NAME.rules.gz and, where they are there, its trace and matches. 0, or a negative errno with *err, nothing then being left
 * behind. An IPv6 set's ICMP (the generator writes 1) is ICMPv6.
 */
int classbench_read(const char *dir, const char *name, struct classbench *out, char **err);
void classbench_free(struct classbench *cb);
#define _cleanup_classbench_ _cleanup_(classbench_free)

/* The rules as a model, owned by the caller, with policy drop: a header that finds no rule shows. */
void classbench_ruleset(const struct classbench *cb, const struct cb_style *style, struct ruleset *out);

/* The position of the first rule that matches, or -1: read one after another, as the file has them. */
long classbench_scan(const struct classbench *cb, const struct cb_header *h);

/*
 * For a set without a trace: n headers, each a corner of a random rule, now and then with other ports, and what a scan finds for them. None of
 * IPv6 rules for AH: there it is an extension header, never where the walk ends.
 */
void classbench_corners(struct classbench *cb, struct random *g, size_t n);

/* A whole packet with this header. */
void classbench_packet(enum family family, const struct cb_header *h, struct built *out);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that are there when an interface is attached become flows, so that rules which pass no packet of their
 * middle do not cut them: a flow that is seeded keeps its pass until a rule, not a default, says otherwise
 * (shared/flow.h, judged_of_flow). Read are the namespace's TCP and UDP sockets; what this host only forwards has none.
 */
#ifndef FW_SEED_CTL_H
#define FW_SEED_CTL_H

#include "../shared/seed.h"
#include "hook.h"
#include "seed_plan.h"
#include "state.h"

struct seed_report {
	size_t count[SEEDING_COUNT];
	bool no_tcp, no_udp; /* the kernel does not list these sockets */
};

struct seeder {
	struct state *s;
	int prog_fd;
	struct hook_programs attached; /* before */
	unsigned int *fresh;           /* interfaces that are being attached */
	size_t nfresh;
	bool any;                /* of the fresh ones is not attached already */
	struct socket_list seen; /* by the first run, sorted */
	bool by_tc;              /* fresh ones: TC sees the tags that a NIC takes off */
	bool late;
	struct seed_report report;
};
#define SEEDER_CLOSED ((struct seeder){ .prog_fd = -1 })

/*
 * Before the fresh interfaces are attached. Nothing is to be done, and seeder_run() does nothing, when all of them are
 * attached already. Returns 0 or a negative errno with *err.
 */
int seeder_open(struct seeder *sd, struct state *s, const unsigned int *fresh, size_t n, bool by_tc, char **err);

/*
 * Enter the flows of all connections that fresh interfaces will see for the first time; counts are added to the report. Called
 * twice: before the interfaces are attached, and after it, for connections that began in between; flows that packets made by
 * then stay as they are.
 */
int seeder_run(struct seeder *sd, char **err);

/*
 * What the first run makes of one TCP connection, and where programs that are being attached see it for the first time; all zeros:
 * nowhere.
 */
struct seeder_connection {
	bool found;       /* it has a socket that becomes a flow: */
	struct seed seed; /* this one, but for tags and interface */
	struct {
		char iface[IFNAMSIZ];
		__u16 vlan, inner_vlan;
		bool loops;
		bool fresh; /* the interface is; else it is attached already, in the other direction */
	} view[SEED_VIEWS_MAX];
	size_t n;
};

/* Before seeder_run(). Of `ends` count addresses, ports and family. `egress`: what goes out is to be judged too. */
int seeder_look_up(const struct seeder *sd, const struct socket_info *ends, bool egress, struct seeder_connection *out,
		   char **err);

/* Is the interface being attached, and not attached already? */
bool seeder_is_fresh(const struct seeder *sd, unsigned int ifindex);

/* Is it being attached in a direction in which it is not attached already? */
bool seeder_adds(const struct seeder *sd, unsigned int ifindex, bool egress);

void seeder_close(struct seeder *sd);
#define _cleanup_seeder_ _cleanup_(seeder_close)

#endif

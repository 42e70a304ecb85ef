/* SPDX-License-Identifier: GPL-2.0 */
/* The guard of the session that a command is typed in. */
#ifndef FW_GUARD_H
#define FW_GUARD_H

#include "model.h"
#include "seed.h"

/*
 * Would the ruleset cut the ssh session that the command is typed in (SSH_CONNECTION of this process or of an ancestor: sudo
 * drops it; "client-address port server-address port")? Asked is what re-judging will ask: the packet that made the session's flow, or
 * where the table has none a packet amid the connection, on every attached interface.
 * 0, or -EPERM and *err naming the rule. Where the session goes on only since it is older than the firewall (a seeded flow), *note
 * (NULL, or an owned string) says that a new one could not be opened. Sets without elements of their own, and with keep_sets
 * all, hold what they hold now.
 */
int guard_session(const struct state *s, const struct ruleset *rs, bool keep_sets, char **note, char **err);

/*
 * The same of the live rules and interfaces that are about to be attached: does the session go over one of them, and would it be cut there?
 * `seeds`: connections are taken over, so that a rule cuts it and a default does not; the seeder is open and has not run. `egress`: what
 * goes out is judged too.
 */
struct guard_attach {
	bool seeds, egress;
};
int guard_attach(const struct seeder *sd, struct guard_attach how, char **note, char **err);

#endif

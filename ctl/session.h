/* SPDX-License-Identifier: GPL-2.0 */
/* The ssh session that a command is typed in. */
#ifndef FW_SESSION_H
#define FW_SESSION_H

#include <stdbool.h>
#include "../shared/flow.h"

/*
 * By SSH_CONNECTION ("client-address port server-address port") of this process, or of the nearest ancestor that has it: sudo drops it.
 * *p is a packet amid the connection, from client to server. False where there is none, where it says nothing that is understood, or where
 * the server end is not in the present network namespace.
 */
bool session_find(struct packet *p);

/* Is it the flow between the two ends of this packet, whoever initiated it? */
bool session_is_flow(const struct flow *f, const struct packet *p);

#endif

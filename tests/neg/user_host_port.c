/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: incompatible types when assigning */
/* EXPECT clang: assigning to */
/* A port as one says it is not one as it stands on the wire. */
#include "../../ctl/maps.h"

#include <arpa/inet.h>

void f(struct packet *p, __u16 port);
void f(struct packet *p, __u16 port)
{
#ifdef BAD
	p->dport = port;
#else
	p->dport = (port_be_t){ htons(port) };
#endif
}

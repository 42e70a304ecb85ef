/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: bpf */
/* EXPECT gcc: incompatible types when assigning */
/* EXPECT clang: assigning to */
/* A port in host order is not one as it stands on the wire. */
#include "../../shared/maps.bpf.h"

void f(struct packet *p, __u16 port);
void f(struct packet *p, __u16 port)
{
#ifdef BAD
	p->sport = port;
#else
	p->sport = (port_be_t){ __builtin_bswap16(port) };
#endif
}

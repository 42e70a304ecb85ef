/* SPDX-License-Identifier: GPL-2.0 */
/* What shared/packet.h promises of the parser's result for any bytes. */
#ifndef FW_TESTS_PROMISE_H
#define FW_TESTS_PROMISE_H

#include "../shared/packet.h"

/* NULL, or the words for what is broken. `segments`: as in struct frame_info, 0 for what is not GSO. */
const char *broken_promise(const struct packet *p, __u32 segments);

#endif

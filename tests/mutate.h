/* SPDX-License-Identifier: GPL-2.0 */
/* Frames made wrong at random, mostly in their headers. */
#ifndef FW_TESTS_MUTATE_H
#define FW_TESTS_MUTATE_H

#include "../ctl/linktype.h"
#include "random.h"

/*
 * One to four changes of the frame, whose bytes are `bytes` with room for `room`: bits, bytes and words, values that mean
 * something to the parser, a tag put in, a header repeated, an end cut off. Now and then its link or its length on the wire too.
 */
void mutate_frame(struct random *g, struct frame *f, uint8_t *bytes, uint32_t room);

#endif

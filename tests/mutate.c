/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "mutate.h"

enum { HEADERS = 80, TAG = 4, MACS = 12, ETHER = 14 };

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* A word that means something: an EtherType, a length, a fragment offset. */
static void put_word(struct random *g, const struct frame *f, uint8_t *bytes)
{
	static const uint16_t words[] = { 0x0800, 0x86dd, 0x8100, 0x88a8, 0x0806, 0,      1,      7,      8,
					  20,     40,     0x2000, 0x2001, 0x1fff, 0x4000, 0xffff, 0x4500, 0x6000 };
	uint32_t at = random_chance(g, 30) ? MACS : random_below(g, f->captured < HEADERS ? f->captured : HEADERS) & ~1u;

	if (at + 2 <= f->captured)
		put16(bytes + at, random_chance(g, 20) ? (uint16_t)f->captured : RANDOM_OF(g, words));
}

/* Another protocol in the IP header of an untagged frame, or in what stands at the place of an extension header. */
static void put_proto(struct random *g, const struct frame *f, uint8_t *bytes)
{
	static const uint8_t protos[] = { 0, 1, 6, 17, 33, 41, 43, 44, 50, 51, 58, 59, 60, 132, 135, 136, 255 };
	static const uint8_t places[] = { ETHER + 9, ETHER + 6, ETHER + 40, ETHER + 48 };
	uint32_t at = RANDOM_OF(g, places);

	if (at < f->captured)
		bytes[at] = RANDOM_OF(g, protos);
}

static void put_tag(struct random *g, struct frame *f, uint8_t *bytes, uint32_t room)
{
	if (f->captured < ETHER || f->captured + TAG > room)
		return;
	memmove(bytes + MACS + TAG, bytes + MACS, f->captured - MACS);
	put16(bytes + MACS, random_chance(g, 70) ? 0x8100 : 0x88a8);
	put16(bytes + MACS + 2, (uint16_t)random_u32(g));
	f->captured += TAG;
	f->original += TAG;
}

/* Some bytes of the headers once more, over what follows them. */
static void repeat(struct random *g, const struct frame *f, uint8_t *bytes)
{
	uint32_t n = 8u << random_below(g, 3), from = random_below(g, HEADERS), to = from + n;

	if (to + n <= f->captured)
		memcpy(bytes + to, bytes + from, n);
}

static void change(struct random *g, struct frame *f, uint8_t *bytes, uint32_t room)
{
	uint32_t at = random_below(g, f->captured < HEADERS ? f->captured : HEADERS);

	switch (random_below(g, 9)) {
	case 0:
		bytes[at] ^= (uint8_t)(1u << random_below(g, 8));
		break;
	case 1:
		bytes[at] = (uint8_t)random_u32(g);
		break;
	case 2:
		bytes[at] = random_chance(g, 50) ? 0 : 0xff;
		break;
	case 3:
		f->captured = random_chance(g, 50) ? at : random_below(g, f->captured + 1);
		break;
	case 4:
	case 5:
		put_word(g, f, bytes);
		break;
	case 6:
		put_proto(g, f, bytes);
		break;
	case 7:
		put_tag(g, f, bytes, room);
		break;
	case 8:
		repeat(g, f, bytes);
		break;
	}
}

void mutate_frame(struct random *g, struct frame *f, uint8_t *bytes, uint32_t room)
{
	for (unsigned int times = 1 + random_below(g, 4); times && f->captured; times--)
		change(g, f, bytes, room);
	if (random_chance(g, 70) || f->original < f->captured)
		f->original = f->captured;
	if (random_chance(g, 5))
		f->link = (enum link)random_below(g, LINK_COUNT);
}

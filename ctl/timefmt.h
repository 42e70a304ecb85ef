/* SPDX-License-Identifier: GPL-2.0 */
/* Time as text. */
#ifndef FW_TIMEFMT_H
#define FW_TIMEFMT_H

#include <stdint.h>

enum { TIME_TEXT_MAX = 40, DURATION_TEXT_MAX = 32 };

/*
 * RFC 3339 in UTC from ns since the epoch: 2026-11-23T05:29:24.123456Z. The fraction has 6 digits, or 9 where
 * the time is not a whole number of microseconds. Writes to buf and returns it.
 */
char *time_text(uint64_t ns, char buf[TIME_TEXT_MAX]);

/*
 * A length of time for people, in its two largest units, rounded down: 3d 4h, 1h 5m, 2m, 12s, 350ms, 80us,
 * 0s. Units of which there are none are left out. Writes to buf and returns it.
 */
char *duration_text(uint64_t ns, char buf[DURATION_TEXT_MAX]);

#endif

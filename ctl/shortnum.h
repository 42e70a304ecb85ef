/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers in few characters, for screens. */
#ifndef FW_SHORTNUM_H
#define FW_SHORTNUM_H

enum { SHORT_TEXT_MAX = 16 };

/*
 * Three digits and a unit of 1,000: 0, 0.4, 999, 1.50k, 23.4k, 1.00M, 12G, ...; rounded to nearest, so that 999.6 is 1.00k. Below 10 with
 * one digit behind the point where it is no whole number. At most 5 characters below 1e18. Writes to buf and returns it.
 */
char *short_text(double v, char buf[SHORT_TEXT_MAX]);

#endif

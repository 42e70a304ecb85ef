/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT clang: implicit conversion from enumeration type 'enum status' */
/* EXPECT gcc: is invalid in C++ */
/* Nor is it where a condition chooses between two. (Plain gcc sees integers behind ?:, scripts/strict.sh does not let them pass.) */
#include "../../ctl/maps.h"

enum reason f(bool b, enum status s, enum reason r);
enum reason f(bool b, enum status s, enum reason r)
{
	(void)s;
	(void)r;
#ifdef BAD
	return b ? s : REASON_RULE;
#else
	return b ? r : REASON_RULE;
#endif
}

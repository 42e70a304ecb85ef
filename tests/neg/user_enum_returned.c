/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: implicit conversion from 'enum status' to 'enum reason' */
/* EXPECT clang: implicit conversion from enumeration type 'enum status' */
/* A status is not returned as a reason. */
#include "../../ctl/maps.h"

enum reason f(enum status s, enum reason r);
enum reason f(enum status s, enum reason r)
{
	(void)s;
	(void)r;
#ifdef BAD
	return s;
#else
	return r;
#endif
}

/* SPDX-License-Identifier: GPL-2.0 */
/* FACE: user */
/* EXPECT gcc: is invalid in C++ */
/* BLIND clang: in C an integer converts to an enum, and clang does not warn of it; gcc sees it by scripts/strict.sh */
/* A number is no verdict. */
#include "../../ctl/maps.h"

const char *f(__u8 byte);
const char *f(__u8 byte)
{
#ifdef BAD
	return verdict_text(byte);
#else
	return verdict_text((enum verdict)byte);
#endif
}

/* SPDX-License-Identifier: GPL-2.0 */
/* DSCP names: RFC 2474 (cs), RFC 2597 (af), RFC 3246 (ef), RFC 5865 (va), RFC 8622 (le). */
#include "names.h"

/* C: the canonical name of a value; A: another name that is understood. In byte order of the names. */
#define DSCPS(C, A) \
	C("af11", 10) C("af12", 12) C("af13", 14) C("af21", 18) C("af22", 20) C("af23", 22) \
	C("af31", 26) C("af32", 28) C("af33", 30) C("af41", 34) C("af42", 36) C("af43", 38) \
	A("be", 0) C("cs0", 0) C("cs1", 8) C("cs2", 16) C("cs3", 24) C("cs4", 32) C("cs5", 40) \
	C("cs6", 48) C("cs7", 56) A("default", 0) A("df", 0) C("ef", 46) C("le", 1) A("lephb", 1) \
	C("nqb", 45) C("va", 44) A("voice-admit", 44)

static const struct name_entry dscp_entries[] = { DSCPS(NAME_ENTRY, NAME_ENTRY) };
static const char *const dscp_values[64] = { DSCPS(NAME_BY_VALUE, NAME_SKIP) };
const struct nametab names_dscp = { "DSCP name", dscp_entries, sizeof(dscp_entries) / sizeof(dscp_entries[0]),
				    dscp_values, 64 };

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be had of an instance that another version of fwctl made: the text of its live rules. It takes no more than the
 * names of maps and that the first word of fw_live is the live slot, which all versions have in common.
 */
#ifndef FW_SALVAGE_H
#define FW_SALVAGE_H

#include "instance.h"

/* *text is owned by the caller, canonical as the other version wrote it. 0, or a negative errno with *err. */
int salvage_text(const struct instance *in, char **text, char **err);

#endif

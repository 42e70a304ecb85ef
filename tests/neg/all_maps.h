/* SPDX-License-Identifier: GPL-2.0 */
/* All maps as BPF programs have them; in a header, since clang asks of a .c file to use all that it defines. */
#include "../../shared/maps.bpf.h"

FW_MAPS(MAP)

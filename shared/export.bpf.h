/* SPDX-License-Identifier: GPL-2.0 */
/* The collector's maps with their types (export.h), so that they are made and pinned as all others are. */
#ifndef FW_EXPORT_BPF_H
#define FW_EXPORT_BPF_H

#include "maps.bpf.h"

FW_MAPS_EXPORT(MAP)

#endif

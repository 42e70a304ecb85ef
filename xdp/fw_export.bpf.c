// SPDX-License-Identifier: GPL-2.0
/* No program: the maps that only the collector knows. */
#include "../shared/export.bpf.h"

char LICENSE[] SEC("license") = "GPL";

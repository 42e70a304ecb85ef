/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading of the embedded BPF objects: the ruleset's programs, specialised and filled for one compiled ruleset, and the
 * small ones that never change. Nothing here touches what is live.
 */
#ifndef FW_PROGRAMS_H
#define FW_PROGRAMS_H

#include "mapset.h"
#include "tables.h"
#include "util.h"

/* A ruleset in the kernel: descriptors owned by the struct. */
struct loaded {
	struct ruleset_maps maps;
	int xdp, out, in;      /* the programs of the short way */
	int xdp_long, tc_long; /* to which they go on (shared/hook.h) */
};
struct loaded loaded_none(void);
/*
 * Puts the programs that are there into their slot of the instance's arrays. A negative errno, or 0. Nothing judges by them yet, but
 * that who runs one of the first can go the long way.
 */
int loaded_place(const struct loaded *l, const struct instance_maps *m, __u32 slot);
void loaded_close(struct loaded *l);
#define _cleanup_loaded_ _cleanup_(loaded_close)

/* Which programs: loading one takes the verifier some 50 ms. */
enum { LOAD_XDP = 1, LOAD_OUT = 2, LOAD_IN = 4, LOAD_ALL = LOAD_XDP | LOAD_OUT | LOAD_IN };

/* What a ruleset's programs are loaded with. */
struct load_request {
	const struct instance_maps *instance;
	const struct replay_maps *replay; /* a test instance; NULL: live */
	const struct tables *tables;
	struct program_cfg cfg; /* rules and roots are filled in from tables */
	struct ruleset_info info;
	const char *text;   /* info.text_length bytes; canonical */
	unsigned int hooks; /* LOAD_*; 0: all. The programs of the others are -1 in *out */
};

/*
 * Create and fill the ruleset's maps and load its programs for all hooks, to be placed in the slot cfg.slot. 0 and *out; or a
 * negative errno and *err, and nothing is left behind.
 */
int programs_load(const struct load_request *rq, struct loaded *out, char **err);

/* Only the maps of an instance (sizes as given) or of a replay, each with its BTF. On error all are -1. */
int instance_maps_create(__u32 buckets, struct instance_maps *out, char **err);
int replay_maps_create(struct replay_maps *out, char **err);
/* Those of the collector that are not open yet, for a flow table of so many buckets. */
int export_maps_create(__u32 buckets, struct export_maps *m, char **err);
/* A ruleset's maps, of the sizes that the request's tables have. */
int ruleset_maps_create(const struct load_request *rq, struct ruleset_maps *out, char **err);

/* Fill the instance's clock: one reading of both clocks, and the length of a tick. */
int clock_read(const struct instance_maps *m, char **err);

/* Which root program: XDP, TC egress, TC ingress. A descriptor owned by the caller, or a negative errno with *err. */
enum root_program { ROOT_XDP, ROOT_OUT, ROOT_IN };
int root_load(const struct instance_maps *m, enum root_program which, char **err);

/* Whether the kernel takes XDP programs for frames of several buffers. */
bool kernel_has_frags(void);

/* libbpf's messages go to standard error when on; else the last one is kept for error texts. */
void objects_verbose(bool on);

#endif

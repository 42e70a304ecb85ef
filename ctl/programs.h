/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading of the embedded BPF objects: the programs of a slot, which outlast its rulesets; the program of a ruleset, specialised and
 * filled for one compiled ruleset; and the small ones that never change. Nothing here touches what is live.
 */
#ifndef FW_PROGRAMS_H
#define FW_PROGRAMS_H

#include "mapset.h"
#include "tables.h"
#include "util.h"

/* Which hooks: to load a slot's programs for one takes the verifier some 50 ms. */
enum { LOAD_XDP = 1, LOAD_OUT = 2, LOAD_IN = 4, LOAD_ALL = LOAD_XDP | LOAD_OUT | LOAD_IN };

/* The programs of a slot, -1 where there is none: descriptors owned by the struct. */
struct core {
	struct slot_maps maps;
	__u32 rules;           /* how many the maps can count */
	int xdp, out, in;      /* of the short way */
	int xdp_long, tc_long; /* of the long way (shared/hook.h) */
	__u64 build;           /* core_build() of who loaded it */
};
/* What tells this fwctl's programs of a slot from another version's: they and those of the rules are of one version always. */
__u64 core_build(void);
struct core core_none(void);
void core_close(struct core *c);
#define _cleanup_core_ _cleanup_(core_close)

struct core_request {
	const struct instance_maps *instance;
	const struct replay_maps *replay; /* a test instance; NULL: live */
	struct program_cfg cfg;           /* its slot is where they are to be put; replay and frags are filled in */
	__u32 rules;                      /* to be counted, at least */
	unsigned int hooks;               /* LOAD_* */
};
/*
 * Loads, side by side, the programs of n slots (PROGRAM_SLOTS at most), each with maps of its own, into out[n]. 0; or a negative errno and
 * *err, and all of out[n] are none.
 */
int cores_load(const struct core_request *rq, size_t n, struct core *out, char **err);
/* Opens what core_place() has put into a slot. -ENOENT where the slot is empty, also by a core_place() that was interrupted. */
int core_open(const struct instance_maps *m, __u32 slot, struct core *out);
/* Is it this fwctl's, with the programs of those hooks, and room for so many rules? */
bool core_serves(const struct core *c, unsigned int hooks, __u32 rules);
/*
 * Puts them into a slot that is not live, in the place of what was there. 0; or a negative errno: then, and where the process is killed in
 * between, the slot has what it had, or counts as empty.
 */
int core_place(const struct core *c, const struct instance_maps *m, __u32 slot);

/* A ruleset in the kernel: descriptors owned by the struct. */
struct loaded {
	struct ruleset_maps maps;
	struct core core; /* with which it was loaded; none where the slot has it already */
	struct settings settings;
	fw_settings_t told;      /* where they go */
	int xdp_judge, tc_judge; /* its programs (shared/judge.h) */
	int xdp_trial, tc_trial; /* what a self-test runs */
};
struct loaded loaded_none(void);
/*
 * Writes its settings to its slot's map, and puts its programs into the slot's places in the instance's arrays: ahead of them those of the slot,
 * where they were loaded with it. 0 or a negative errno.
 */
int loaded_place(const struct loaded *l, const struct instance_maps *m, __u32 slot);
/* Puts its own programs alone into a slot by which nothing is judged any more: the ruleset that was there is freed. 0 or a negative errno. */
int judges_place(const struct loaded *l, const struct instance_maps *m, __u32 slot);
void loaded_close(struct loaded *l);
#define _cleanup_loaded_ _cleanup_(loaded_close)

/* What a ruleset is loaded with. */
struct load_request {
	const struct instance_maps *instance;
	const struct replay_maps *replay; /* a test instance; NULL: live */
	const struct core *core;          /* of its slot; NULL: to be loaded too */
	const struct tables *tables;
	struct program_cfg cfg;   /* replay and frags are filled in */
	struct settings settings; /* what follows from the tables is filled in */
	struct ruleset_info info;
	const char *text;   /* info.text_length bytes; canonical */
	unsigned int hooks; /* LOAD_*; 0: all. The programs of the others are -1 in *out */
};

/*
 * Create and fill the ruleset's maps and load its programs, to be placed in the slot cfg.slot. 0 and *out; or a
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
/* A slot's, for so many rules. */
int slot_maps_create(__u32 rules, struct slot_maps *out, char **err);

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

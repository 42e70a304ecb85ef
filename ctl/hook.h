/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attaching programs to interfaces. What an instance has attached is read from its pinned links, from the
 * clsact filters of our name and from the kernel; there is no state file.
 */
#ifndef FW_HOOK_H
#define FW_HOOK_H

#include <linux/bpf.h>
#include "iface.h"
#include "instance.h"

/* Where a program stands; the word is part of the link's pin name, link-<word>-<ifindex>. */
#define FW_HOOKS(X) X(HOOK_XDP_IN, "xdp") X(HOOK_TC_IN, "tc-in") X(HOOK_TC_OUT, "tc-out")
/* How it is attached; the words of `status -j`. */
#define FW_ATTACH_KINDS(X)                   \
	X(ATTACH_XDP_NATIVE, "xdp-native")   \
	X(ATTACH_XDP_GENERIC, "xdp-generic") \
	X(ATTACH_TCX, "tcx")                 \
	X(ATTACH_CLSACT, "clsact")
/* What the caller wants on the way in: `attach --mode`. All but the last are modes of XDP; tc is HOOK_TC_IN instead. */
#define FW_XDP_MODES(X) X(XDP_MODE_AUTO, "auto") X(XDP_MODE_NATIVE, "native") X(XDP_MODE_GENERIC, "generic") X(XDP_MODE_TC, "tc")
/* What the caller wants of TC; auto asks the environment (FWCTL_TC=tcx or clsact), for tests. */
#define FW_TC_MODES(X)  X(TC_MODE_AUTO, "auto") X(TC_MODE_TCX, "tcx") X(TC_MODE_CLSACT, "clsact")
FW_ENUM(hook, FW_HOOKS, HOOK_COUNT)
FW_ENUM(attach_kind, FW_ATTACH_KINDS, ATTACH_KIND_COUNT)
FW_ENUM(xdp_mode, FW_XDP_MODES, XDP_MODE_COUNT)
FW_ENUM(tc_mode, FW_TC_MODES, TC_MODE_COUNT)
FW_ENUM_TEXT(hook, FW_HOOKS)
FW_ENUM_TEXT(attach_kind, FW_ATTACH_KINDS)
FW_ENUM_TEXT(xdp_mode, FW_XDP_MODES)
FW_ENUM_TEXT(tc_mode, FW_TC_MODES)

struct hook_request {
	enum hook hook;
	int prog_fd;            /* BPF_PROG_TYPE_XDP, or SCHED_CLS on the TC hooks; borrowed */
	enum xdp_mode xdp_mode; /* HOOK_XDP_IN */
	enum tc_mode tc_mode;   /* the TC hooks */
	bool force;             /* replace another's XDP program */
};

/*
 * Attach, or put the program in the place of our own one that is there already (without a gap where the kind
 * stays). The instance is open with CREATE and LOCK, ifc was read just before. *kind says what was reached;
 * *note (NULL, or an owned string in the form of errors) what to know about it. Returns 0 or a negative errno
 * with *err:
 * -EOPNOTSUPP  the interface takes no XDP (or not the mode wanted): with auto, use HOOK_TC_IN;
 * -EBUSY       another's program is there (and without force, or held by a link that cannot be replaced);
 * -ERANGE      the MTU is too large for XDP on this driver, or for a program without fragments.
 */
int hook_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind, char **note,
		char **err);

/*
 * Detach what this instance has on the hook and wait until it is gone. -ENOENT (with *err) when there is
 * nothing. The interface itself may be gone.
 */
int hook_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err);

/* A program on a hook: ours, or another's. */
struct hook_program {
	enum hook hook;
	enum attach_kind kind;
	bool ours;
	bool gone; /* our pin is there, but not the interface any more (or not in this namespace) */
	unsigned int ifindex;
	char ifname[IFNAMSIZ];            /* "" when gone */
	__u32 prog_id;                    /* 0: not a BPF program (a filter of another kind) */
	char prog_name[BPF_OBJ_NAME_LEN]; /* or the filter's kind; "" where it has none */
};
struct hook_programs {
	struct hook_program *v;
	size_t n, cap;
};
void hook_programs_free(struct hook_programs *p);
#define _cleanup_hook_programs_ _cleanup_(hook_programs_free)

/* Everything on one hook of an interface, added to *out: ours and others', TCX before clsact. */
int hook_query(const struct instance *in, const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err);

/* What this instance has attached, added to *out, by interface and hook; pins whose interface has gone too. */
int hook_list(const struct instance *in, struct hook_programs *out, char **err);

/* Remove the pins whose interface has gone; *n (may be NULL) is how many. */
int hook_sweep(struct instance *in, size_t *n, char **err);

static inline enum direction hook_direction(enum hook hook) { return hook == HOOK_TC_OUT ? DIRECTION_OUT : DIRECTION_IN; }

#endif

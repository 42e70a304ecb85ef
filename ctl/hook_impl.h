/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of the attach layer: hook.c chooses, hook_xdp.c, hook_tcx.c and hook_clsact.c do. */
#ifndef FW_HOOK_IMPL_H
#define FW_HOOK_IMPL_H

#include "fail.h"
#include "hook.h"

enum { HOOK_WAIT_MS = 500, HOOK_POLL_MS = 5 }; /* releasing a link takes up to 110 ms, behind our back */
void hook_pause(void);                         /* HOOK_POLL_MS */

void hook_programs_add(struct hook_programs *out, const struct iface *ifc, enum hook hook, enum attach_kind kind, bool ours,
		       __u32 prog_id);
/* The kernel's id and name of a program; name is "" where it has none. id 0 where fd is not a program. */
__u32 hook_prog_id(int prog_fd);
void hook_prog_name(__u32 prog_id, char name[BPF_OBJ_NAME_LEN]);

/* Pinned links (hook_link.c). -ENOENT where there is no pin. */
struct hook_link {
	int fd;
	unsigned int ifindex; /* 0 when the interface has gone */
	__u32 prog_id;
};
#define HOOK_LINK_NONE ((struct hook_link){ .fd = -1 })
void hook_link_close(struct hook_link *l);
#define _cleanup_hook_link_ _cleanup_(hook_link_close)
int hook_link_open(const struct instance *in, unsigned int ifindex, enum hook hook, struct hook_link *out, char **err);
int hook_link_pin(struct instance *in, unsigned int ifindex, enum hook hook, int link_fd, char **err);
int hook_link_update(const struct hook_link *l, const struct iface *ifc, int prog_fd, char **err);
/* Remove the pin and detach at once; where either fails, it is as it was. */
int hook_link_remove(struct instance *in, unsigned int ifindex, enum hook hook, char **err);
/* Parse a pin's name; false where it is no link's. */
bool hook_link_name(const char *name, enum hook *hook, unsigned int *ifindex);

int hook_xdp_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, enum attach_kind *kind,
		    char **note, char **err);
int hook_xdp_detach(struct instance *in, unsigned int ifindex, char **err);
int hook_xdp_query(const struct instance *in, const struct iface *ifc, struct hook_programs *out, char **err);
/* Another's program comes back where it was, unless there is a program; *err says why not, without the interface. */
int hook_xdp_put_foreign(unsigned int ifindex, enum attach_kind kind, int prog_fd, char **err);

/* -EOPNOTSUPP where the kernel has no TCX. */
int hook_tcx_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, char **err);
int hook_tcx_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err);
int hook_tcx_query(const struct instance *in, const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err);

int hook_clsact_attach(struct instance *in, const struct iface *ifc, const struct hook_request *rq, char **note, char **err);
int hook_clsact_detach(struct instance *in, unsigned int ifindex, enum hook hook, char **err);
int hook_clsact_query(const struct iface *ifc, enum hook hook, struct hook_programs *out, char **err);
/* Our filters on all interfaces. */
int hook_clsact_list(struct hook_programs *out, char **err);
/* Parse the name of a mark (clsact-<ifindex>, an empty directory among the pins); false where it is none. */
bool hook_clsact_mark_name(const char *name, unsigned int *ifindex);

#endif

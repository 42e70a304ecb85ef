/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of the self-test. */
#ifndef FW_SELFTEST_IMPL_H
#define FW_SELFTEST_IMPL_H

#include "selftest.h"

/* What errors say after what is wrong. */
#define SELFTEST_WAY_OUT "nothing was changed; it is a fault of fwctl's, please report it with the rules"

/* At work on one packet. */
struct tester {
	const struct ruleset *rs;
	const struct compile_names *names;
	const struct instance_maps *instance; /* whose sets are asked; NULL: those of the packet's rule hold all, others nothing */
	const char *who;                      /* is asked: "tables" or "programs" */
	const struct selftest_packet *at;
};

/* Compares what was said of the packet with what the rules say: 0, or -EBADMSG with *err. */
int selftest_said(struct tester *x, judged_t j, char **err);
/* -EBADMSG, with *err. `said`: words that go on behind who says it. */
int selftest_fault(const struct tester *x, const char *said, char **err);
/* The number of the interface that the packet is on. */
iface_id_t selftest_iface(const struct tester *x);

/* Runs packets through the programs of the rules. As selftest(). */
int selftest_run(const struct selftest *t, char **err);

#endif

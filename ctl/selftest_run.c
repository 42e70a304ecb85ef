/* SPDX-License-Identifier: GPL-2.0 */
/* Packets, as struct trial, through the programs of the rules. */
#include <errno.h>
#include <string.h>
#include "fail.h"
#include "selftest_impl.h"

enum { RUNS = 24 };

/* Runs the packet of x->at and compares. */
static int run(struct tester *x, int prog, char **err)
{
	const struct probe *p = &x->at->probe;
	struct trial trial = { .packet = p->packet, .where = (__u32)p->direction | (__u32)selftest_iface(x).raw << 8 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &trial, .data_size_in = sizeof(trial), .repeat = 1);

	if (bpf_prog_test_run_opts(prog, &opts))
		return FAIL(err, -errno, "self-test of the new rules: %s", strerror(errno));
	if (!judged_given((judged_t){ opts.retval }))
		return selftest_fault(x, "give no answer, or two", err);
	return selftest_said(x, (judged_t){ opts.retval }, err);
}

int selftest_run(const struct selftest *t, char **err)
{
	_cleanup_free_ struct selftest_packet *packets = (struct selftest_packet *)xcalloc(SELFTEST_PACKETS, sizeof(*packets));
	const int programs[] = { t->loaded->xdp_trial, t->loaded->tc_trial };
	size_t n = selftest_packets(t->rs, packets), step = n / RUNS + 1;
	struct tester x = { .rs = t->rs, .names = t->names, .instance = t->instance, .who = "programs" };
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i += step) {
		x.at = &packets[i];
		for (size_t k = 0; !rc && k < ARRAY_COUNT(programs); k++)
			rc = programs[k] < 0 ? 0 : run(&x, programs[k], err);
	}
	return rc;
}

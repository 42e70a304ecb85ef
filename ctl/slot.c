/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fail.h"
#include "slot.h"

unsigned int slot_hooks(const struct state *s) { return LOAD_XDP | LOAD_OUT | (s->cfg.tc_ingress ? LOAD_IN : 0); }

struct program_cfg slot_cfg(const struct state *s, __u32 slot)
{
	struct program_cfg cfg = { .buckets = s->cfg.buckets, .slot = (__u8)slot };

	memcpy(cfg.hash_key, s->cfg.hash_key, sizeof(cfg.hash_key));
	return cfg;
}

static struct core_request core_request(const struct state *s, __u32 slot, __u32 rules)
{
	return (struct core_request){ .instance = &s->maps, .cfg = slot_cfg(s, slot), .rules = rules, .hooks = slot_hooks(s) };
}

int slots_fill(const struct state *s, char **err)
{
	const struct core_request rq[PROGRAM_SLOTS] = { core_request(s, 0, 0), core_request(s, 1, 0) };
	struct core cores[PROGRAM_SLOTS];
	int rc = cores_load(rq, PROGRAM_SLOTS, cores, err);

	if (rc)
		return rc;
	for (__u32 slot = 0; slot < PROGRAM_SLOTS; slot++) {
		rc = rc ?: core_place(&cores[slot], &s->maps, slot);
		core_close(&cores[slot]);
	}
	return rc ? FAIL(err, rc, "programs: %s", strerror(-rc)) : 0;
}

int slot_ready(const struct state *s, __u32 slot, __u32 rules, struct core *out, bool *is_new, char **err)
{
	const struct core_request rq = core_request(s, slot, rules);
	int rc = core_open(&s->maps, slot, out);

	*is_new = rc || !core_serves(out, rq.hooks, rq.rules);
	if (rc && rc != -ENOENT)
		return FAIL(err, rc, "programs: %s", strerror(-rc));
	if (!*is_new)
		return 0;
	core_close(out);
	return cores_load(&rq, 1, out, err);
}

int slot_go_live(const struct state *s, struct live now)
{
	struct live *live = fw_live_map(s->maps.fw_live);
	__u64 word;

	if (!live)
		return -errno;
	memcpy(&word, &now, sizeof(word));
	__atomic_store_n((__u64 *)(void *)live, word, __ATOMIC_RELEASE);
	fw_live_unmap(live);
	return 0;
}

void slots_settle(void)
{
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}

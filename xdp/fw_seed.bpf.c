// SPDX-License-Identifier: GPL-2.0
/* Run by user space at attach, once for each connection that is there already: its "packet" is a struct seed. Never attached. */
#include "../shared/hook.h"
#include "../shared/seed.h"

/* Under the bucket's lock, for an entry of the same connection: true when it stays. */
static __always_inline bool keep_entry(struct flow *f, const struct insertion *in, const struct seed *seed)
{
	if (seed->late)
		return true;
	if (flow_expired(f, in->now) || flow_is_over_for(f, &seed->first))
		return false;
	flow_set(f, FLOW_SEEDED);
	return true;
}

/* Under the bucket's lock: the entry of a connection whose beginning nobody saw. */
static __always_inline void fill_seeded(struct flow *f, const struct subject *s, const struct insertion *in,
					const struct seed *seed)
{
	enum direction d = (enum direction)(in->place.direction & 1), other = (enum direction) !d;
	enum flow_state state = (enum flow_state)seed->state;

	fill_flow(f, s, in);
	for (int i = 0; i < 2; i++) {
		f->packets[i] = f->bytes[i] = 0;
		f->tcp_flags[i] = seed->tcp_flags[i];
		f->seq_end[i] = 0;
	}
	if (seed->loops) {
		f->ruling[other] = (ruling_t){ .judged = judged_make(other, VERDICT_PASS, rule_none(), false) };
		f->iface[other] = in->place.iface;
	}
	f->state = (__u8)state;
	f->bits |= FLOW_SEEDED;
	if (state == FLOW_ESTABLISHED || state == FLOW_CLOSING || state == FLOW_REPLIED)
		f->bits |= FLOW_CONFIRMED;
}

/* As put_flow(). *ended: the end of the flow that had the way is to be sent. */
static __always_inline enum seeding put_seeded(struct flow_bucket *b, __u32 way, __u32 bucket, const struct subject *s,
					       const struct insertion *in, const struct seed *seed, bool *ended)
{
	struct flow *f = &b->flow[way];

	if (b->head.tag[way]) {
		bool same = flow_key_equal(&f->key, &s->key);

		if (same && keep_entry(f, in, seed))
			return SEEDING_KNOWN;
		(void)__sync_lock_test_and_set(&b->head.tag[way], 0);
		*ended = end_flow(b, way, bucket,
				  flow_expired(f, in->now) ? FLOW_END_EXPIRED
				  : same                   ? FLOW_END_REPLACED
							   : FLOW_END_EVICTED,
				  in->now);
	}
	b->head.serial[way]++;
	BARRIER_MEMORY(f); /* readers take the serial for that of what they read */
	fill_seeded(f, s, in, seed);
	hint_put(bucket, way, hash_tag(s->hash));
	(void)__sync_lock_test_and_set(&b->head.tag[way], hash_tag(s->hash));
	return SEEDING_MADE;
}

static __always_inline enum seeding seed_table(const struct subject *s, const struct seed *seed)
{
	enum direction d = (enum direction)(seed->direction & 1);
	/* Of no generation: at its first packet the rules of then are asked. */
	const struct insertion in = {
		.now = ticks_now(),
		.judged = judged_make(d, VERDICT_PASS, rule_none(), false),
		.place = { .direction = (__u8)d, .iface = seed->iface },
	};
	__u32 bucket = hash_bucket(s->hash, fw_cfg.buckets), way;
	struct flow_bucket *b = fw_flows_at((bucket_id_t){ bucket });
	enum seeding r = SEEDING_TABLE_FULL;
	bool ended = false;

	if (!b)
		return SEEDING_FAULT;
	if (!bucket_lock(&b->head))
		return SEEDING_CONTENDED;
	way = choose_way(b, s, &in);
	if (way < WAYS)
		r = put_seeded(b, way, bucket, s, &in, seed, &ended);
	bucket_unlock(&b->head);
	if (ended)
		send_ended();
	if (r == SEEDING_MADE)
		flow_tell(b, way, bucket, EVENT_FLOW_START, in.now);
	return r;
}

SEC("xdp")
int fw_seed(struct xdp_md *ctx)
{
	const struct seed *seed = (const struct seed *)(long)ctx->data;
	struct subject s = {};

	if ((const void *)(seed + 1) > (const void *)(long)ctx->data_end)
		return SEEDING_FAULT;
	s.packet = seed->first;
	subject_find(&s, hash_key());
	return s.keyed ? (int)seed_table(&s, seed) : SEEDING_FAULT;
}

char LICENSE[] SEC("license") = "GPL";

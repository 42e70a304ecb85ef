/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include "compile.h"
#include "fail.h"
#include "../shared/parse.h"
#include "print.h"
#include "replay.h"
#include "sets.h"
#include "state.h"
#include "timeouts.h"

#define NO_RECORD 0xffffffffu

struct replay {
	const struct ruleset *rs;
	iface_id_t on;
	struct iface_name names[IFACE_MAX];
	struct instance_maps maps;
	struct replay_maps io;
	struct set_numbers sets;
	struct loaded loaded;
	struct tables tables;
	__u32 buckets;
	struct replay_input *input; /* shared with the programs */
	struct replay_result *result;
	struct flow_bucket *table;
	/* Flows made, in order; record[place] is the number of the one at a place of the table. */
	struct flow *flows;
	__u32 *place_of; /* its place, NO_FLOW once ended */
	size_t nflows, cap_flows, cap_places;
	__u32 *record;
	uint8_t packet[REPLAY_BYTES_MAX];
};

/* Interface names get numbers in order of appearance: the one of `on` first, then those of the rules. */
static iface_id_t name_iface(void *arg, const char *name)
{
	struct replay *r = (struct replay *)arg;

	for (__u32 i = 1; i < IFACE_MAX; i++) {
		if (!r->names[i].name[0])
			memcpy(r->names[i].name, name, strnlen(name, sizeof(r->names[i].name) - 1));
		if (!strncmp(r->names[i].name, name, sizeof(r->names[i].name)))
			return (iface_id_t){ (__u8)i };
	}
	return (iface_id_t){ IFACE_NONE };
}

static __u16 name_set(void *arg, size_t index)
{
	const struct replay *r = (const struct replay *)arg;

	return index < r->sets.n ? r->sets.v[index] : 0;
}

static int load(struct replay *r, unsigned int hooks, char **err)
{
	const struct compile_names names = { name_iface, name_set, r };
	struct load_request rq = {
		.instance = &r->maps,
		.replay = &r->io,
		.tables = &r->tables,
		.text = "",
		.hooks = hooks,
		.cfg = { .buckets = r->buckets },
		.settings = { .ruleset = { 1 },
			      .newest = { 1 },
			      .if_bound = r->rs->options.if_bound,
			      .tcp_strict = r->rs->options.tcp_strict },
		.info = { .id = 1, .rules = (__u32)r->rs->nrules },
	};
	int rc = compile(r->rs, &names, &r->tables, err);

	if (rc)
		return rc;
	if (getrandom(rq.cfg.hash_key, sizeof(rq.cfg.hash_key), 0) != sizeof(rq.cfg.hash_key))
		return FAIL(err, -EIO, "no random numbers: %s", strerror(errno));
	timeouts_fill(&r->rs->options, 1, &rq.settings);
	rc = programs_load(&rq, &r->loaded, err);
	if (rc)
		return rc;
	rc = loaded_place(&r->loaded, &r->maps, rq.cfg.slot);
	return rc ? FAIL(err, rc, "replay: %s", strerror(-rc)) : 0;
}

static int map_all(struct replay *r, char **err)
{
	r->input = fw_replay_map(r->io.fw_replay);
	r->result = fw_result_map(r->io.fw_result);
	r->table = fw_flows_map(r->maps.fw_flows, r->buckets);
	if (!r->input || !r->result || !r->table)
		return FAIL(err, -errno, "replay: %s", strerror(errno));
	r->record = (__u32 *)xmalloc((size_t)r->buckets * WAYS * sizeof(*r->record));
	memset(r->record, 0xff, (size_t)r->buckets * WAYS * sizeof(*r->record));
	return 0;
}

int replay_open_hooks(const struct ruleset *rs, const char *on, unsigned int hooks, struct replay **out, char **err)
{
	_cleanup_replay_ struct replay *r = (struct replay *)xcalloc(1, sizeof(*r));
	__u32 flows = rs->options.flows ? rs->options.flows : FLOWS_DEFAULT;
	int rc;

	*r = (struct replay){ .rs = rs,
			      .buckets = (flows + WAYS - 1) / WAYS,
			      .loaded = loaded_none(),
			      .maps = instance_maps_none(),
			      .io = replay_maps_none() };
	if (on)
		r->on = name_iface(r, on);
	rc = instance_maps_create(r->buckets, &r->maps, err);
	rc = rc ?: replay_maps_create(&r->io, err);
	rc = rc ?: sets_prepare(&r->maps, rs, NULL, NULL, false, &r->sets, err);
	rc = rc ?: load(r, hooks, err);
	rc = rc ?: map_all(r, err);
	if (!rc)
		*out = TAKE_PTR(r);
	return rc;
}

int replay_open(const struct ruleset *rs, const char *on, struct replay **out, char **err)
{
	return replay_open_hooks(rs, on, LOAD_ALL, out, err);
}

void replay_close(struct replay *r)
{
	if (!r)
		return;
	fw_replay_unmap(r->input);
	fw_result_unmap(r->result);
	fw_flows_unmap(r->table, r->buckets);
	loaded_close(&r->loaded);
	replay_maps_close(&r->io);
	instance_maps_close(&r->maps);
	tables_free(&r->tables);
	free(r->flows);
	free(r->place_of);
	free(r->record);
	free(r);
}

/* Keeps the list of flows: one that had to make room has its last state, a new one gets its number. */
static void note_flows(struct replay *r)
{
	const struct replay_result *res = r->result;
	__u32 place = res->outcome.flow;

	if (place >= r->buckets * WAYS)
		return;
	if (res->ended && r->record[place] != NO_RECORD) {
		r->flows[r->record[place]] = res->last;
		r->place_of[r->record[place]] = NO_FLOW;
	}
	if (!res->outcome.made)
		return;
	GROW(r->flows, r->nflows, r->cap_flows);
	GROW(r->place_of, r->nflows, r->cap_places);
	r->place_of[r->nflows] = place;
	r->record[place] = (__u32)r->nflows++;
}

/* How much of a frame the programs get, and the length that they are told. */
static __u32 given_bytes(const struct frame *f) { return f->captured < REPLAY_BYTES_MAX ? f->captured : REPLAY_BYTES_MAX; }

static __u32 wire_length(const struct frame *f) { return f->captured < f->original ? WIRE_LENGTH_UNKNOWN : f->original; }

void replay_parse(const struct frame *f, struct packet *out)
{
	struct frame_info info = { .wire_length = wire_length(f), .link = (__u8)f->link };
	struct cursor c = { .start = f->data, .end = f->data + given_bytes(f), .limit = given_bytes(f) };

	packet_parse(&c, &info, out);
}

static int run(struct replay *r, int prog, __u64 time_ns, const struct frame *f, char **err)
{
	__u32 n = given_bytes(f);
	/* The kernel refuses packets that are shorter than its headers: pad, and say how much counts. */
	__u32 given = n < 64 ? 64 : n;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->packet, .data_size_in = given, .repeat = 1);

	memcpy(r->packet, f->data, n);
	memset(r->packet + n, 0, given - n);
	*r->input = (struct replay_input){
		.now = { time_ns },
		.captured = n,
		.wire_length = wire_length(f),
		.iface = r->on,
		.link = (__u8)f->link,
	};
	memset(&r->result->outcome, 0xff, sizeof(r->result->outcome));
	r->result->ended = 0;
	if (bpf_prog_test_run_opts(prog, &opts))
		return FAIL(err, -errno, "test run: %s", strerror(errno));
	if (r->result->outcome.verdict >= VERDICT_COUNT)
		return FAIL(err, -EPROTO, "test run: the program gave no verdict");
	note_flows(r);
	return 0;
}

int replay_packet(struct replay *r, enum direction d, __u64 time_ns, const struct frame *f, const struct replay_result **out,
		  char **err)
{
	*out = r->result;
	return run(r, d == DIRECTION_IN ? r->loaded.core.xdp : r->loaded.core.out, time_ns, f, err);
}

int replay_packet_tc_in(struct replay *r, __u64 time_ns, const struct frame *f, const struct replay_result **out, char **err)
{
	*out = r->result;
	return run(r, r->loaded.core.in, time_ns, f, err);
}

size_t replay_flows(struct replay *r, const struct flow **v)
{
	for (size_t i = 0; i < r->nflows; i++)
		if (r->place_of[i] != NO_FLOW)
			r->flows[i] = r->table[r->place_of[i] / WAYS].flow[r->place_of[i] % WAYS];
	*v = r->flows;
	return r->nflows;
}

struct flow *replay_entry(struct replay *r, __u32 place)
{
	return place < r->buckets * WAYS ? &r->table[place / WAYS].flow[place % WAYS] : NULL;
}

__u64 replay_losses(const struct replay *r, enum loss what)
{
	struct counters c = { 0, 0 };

	(void)fw_losses_sum(r->maps.fw_losses, (loss_id_t){ (__u32)what }, &c);
	return c.packets;
}

const struct instance_maps *replay_instance(const struct replay *r) { return &r->maps; }

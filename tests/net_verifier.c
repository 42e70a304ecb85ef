/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What loading costs: the instructions that the kernel's verifier processed for each program (its own count), for rulesets
 * from none to all fields in three levels, live and for a replay. Each stays below half of the million that the kernel allows.
 * A line for each: `verified: RULESET, live|replay: PROGRAM N`.
 */
#include <dirent.h>
#include <errno.h>
#include "gen_rules.h"
#include "net_fixture.h"
#include "net_replay.h"
#include "../ctl/apply.h"
#include "../ctl/live.h"
#include "../ctl/state.h"

enum { VERIFIED_MAX = 500000 };

static const char usual[] = "default in drop\n"
			    "drop in from { 192.0.2.0/24 2001:db8:bad::/48 }\n"
			    "pass in proto tcp to port { 22 80 443 8000-8099 }\n"
			    "pass in icmp-type echo-request\n";

static const char all_fields[] =
	"option state if-bound\n"
	"default nd rules\n"
	"set nets { type net; 192.0.2.0/24, 2001:db8::/32 }\n"
	"set hosts { type addr; 198.51.100.1, 2001:db8::1 }\n"
	"drop in on eth0 from @nets to @hosts\n"
	"drop out from @hosts to @nets ttl 1-5\n"
	"drop in from @nets length 0-100 dscp ef\n"
	"pass in on { eth0 eth1 } proto tcp from 10.0.0.0/8 port 1000-2000 to 10.1.0.0/16 port { 22 80 } vlan 5 inner-vlan 7\n"
	"pass in inet6 proto icmp6 icmp-type { echo-request nd-neighbor-solicit }\n"
	"drop in proto tcp flags SF/SF mac-from 02:00:00:00:00:01\n"
	"drop in frag mac-to 02:00:00:00:00:02 log every 10\n"
	"pass out to ! 2001:db8::/64 stateless label \"x\"\n";

static bool failed_limit;

static void say(const char *what, const char *how, const char *program, unsigned int n)
{
	print_message("verified: %s, %s: %s %u\n", what, how, program, n);
	if (!n || n >= VERIFIED_MAX) {
		print_error("%s, %s: %s: %u instructions, not below %u\n", what, how, program, n, VERIFIED_MAX);
		failed_limit = true;
	}
}

static void say_program(int fd, const char *what, const char *how)
{
	struct bpf_prog_info info = { .type = 0 };
	__u32 len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	say(what, how, info.name, info.verified_insns);
}

/* A descriptor of this process that is a program's? (kernel: bpf_prog_show_fdinfo) */
static bool is_program(const char *fd)
{
	_cleanup_free_ char *path = xasprintf("/proc/self/fdinfo/%s", fd);
	FILE *f = fopen(path, "re");
	char line[128];
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		found |= !strncmp(line, "prog_type:", 10);
	if (f)
		fclose(f);
	return found;
}

/* A replay's programs are known by their descriptors alone, which are all that this process has. */
static void say_replay(const struct ruleset *rs, const char *what)
{
	struct replay *r = net_open(rs, NULL, LOAD_ALL);
	unsigned int programs = 0;
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && is_program(e->d_name)) {
			say_program(atoi(e->d_name), what, "replay");
			programs++;
		}
	closedir(d);
	replay_close(r);
	assert_int_equal(programs, 9);
}

/* The programs of a slot: where packets come first, the long way, and the rules'. */
#define SAY_HOOK(s, map, slot, what)                                                        \
	do {                                                                                \
		const __u32 slots_[] = { (slot), program_long(slot), program_judge(slot) }; \
		for (int i_ = 0; i_ < 3; i_++) {                                            \
			_cleanup_close_ int fd_ = -1;                                       \
			__u32 id_ = 0;                                                      \
			assert_int_equal(map##_id((s).maps.map, slots_[i_], &id_), 0);      \
			fd_ = bpf_prog_get_fd_by_id(id_);                                   \
			assert_true(fd_ >= 0);                                              \
			say_program(fd_, what, "live");                                     \
		}                                                                           \
	} while (0)

static void say_live(const struct ruleset *rs, const char *what)
{
	_cleanup_state_ struct state s = state_none();
	_cleanup_live_ struct live_ruleset live = live_none();
	_cleanup_free_ char *err = NULL;
	struct apply_result result;
	__u32 id;

	if (state_open(&s, INSTANCE_CREATE | INSTANCE_LOCK, 0, &err) || apply_ruleset(&s, rs, 0, &result, &err))
		fail_msg("%s: %s", what, err);
	/* Programs for ingress on TC are loaded where they are wanted, and from then on. */
	assert_int_equal(fw_programs_in_id(s.maps.fw_programs_in, 0, &id), s.cfg.tc_ingress ? 0 : -ENOENT);
	if (apply_for_tc_ingress(&s, &err) || live_open(&s, &live, &err))
		fail_msg("%s: %s", what, err);
	SAY_HOOK(s, fw_programs_xdp, live.slot, what);
	SAY_HOOK(s, fw_programs_out, live.slot, what);
	SAY_HOOK(s, fw_programs_in, live.slot, what);
}

static void say_rules(const char *what, const char *text, size_t len)
{
	struct ruleset rs;

	net_rules(text, len, &rs);
	say_live(&rs, what);
	say_replay(&rs, what);
	ruleset_free(&rs);
}

static void test_verified(void **state)
{
	_cleanup_strbuf_ struct strbuf many = { NULL, 0, 0 };
	uint64_t seed = 0x5eed;

	(void)state;
	gen_ruleset(&seed, 17000, &many);
	say_rules("no rules", "", 0);
	say_rules("usual", usual, strlen(usual));
	say_rules("all fields", all_fields, strlen(all_fields));
	say_rules("17000 rules", many.str, many.len);
	assert_false(failed_limit);
}

static int setup_own(void **state)
{
	(void)state;
	return netns_enter(ns_a, NULL, NULL);
}

static int tests(void)
{
	const struct CMUnitTest list[] = { cmocka_unit_test_setup(test_verified, setup_own) };

	return cmocka_run_group_tests_name("net_verifier", list, NULL, NULL);
}

int main(void) { return net_main(tests); }

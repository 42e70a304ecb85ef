/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fail.h"
#include "live.h"
#include "parse.h"
#include "privileges.h"
#include "rulewatch.h"

#define AGAIN_NS 1000000000ull

/* What the process that reads answers to each byte; `length` bytes of text follow. */
struct answer { __u32 failed, id; __u64 length; };

static int move_all(int fd, void *p, size_t n, bool out)
{
	char *at = (char *)p;

	while (n) {
		ssize_t done = out ? send(fd, at, n, MSG_NOSIGNAL) : recv(fd, at, n, 0);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EPIPE;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

/* --- the process that reads ----------------------------------------------------------------------- */

static int answer_one(const struct state *s, int fd)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct answer a = { .failed = live_open(s, &live, NULL) != 0 };
	int rc;

	if (!a.failed) {
		a.id = live.info.id;
		a.length = strlen(live.text);
	}
	rc = move_all(fd, &a, sizeof(a), true);
	return rc ?: a.failed ? rc : move_all(fd, live.text, a.length, true);
}

static __attribute__((noreturn)) void serve(const struct state *s, int fd)
{
	const __u64 keep = 1ull << CAP_BPF | 1ull << CAP_SYS_ADMIN; /* to get a descriptor by id */
	char asked;

	/* It ends when the one that asks does, and not before: that one has a last look to take. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_NAME, "fwctl-rules", 0, 0, 0);
	if (privileges_keep(keep, NULL))
		_exit(1);
	while (!move_all(fd, &asked, 1, false) && !answer_one(s, fd))
		;
	_exit(0);
}

/* --- the one that asks ---------------------------------------------------------------------------- */

static int ask(struct rulewatch *w, __u32 *id, char **text)
{
	struct answer a;
	char asked = 0;
	int rc = w->fd < 0 ? -EPIPE : move_all(w->fd, &asked, 1, true);

	rc = rc ?: move_all(w->fd, &a, sizeof(a), false);
	if (rc || a.failed)
		return rc ?: -EAGAIN;
	*id = a.id;
	*text = (char *)xmalloc(a.length + 1);
	(*text)[a.length] = '\0';
	rc = move_all(w->fd, *text, a.length, false);
	if (rc)
		free(TAKE_PTR(*text));
	return rc;
}

static int fetch(struct rulewatch *w)
{
	_cleanup_free_ char *text = NULL;
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	unsigned int next;
	__u32 id = 0;
	int rc = ask(w, &id, &text);

	if (rc == -EPIPE || rc == -ECONNRESET) { /* it is gone: the labels stay as they are */
		cleanup_close_fn(&w->fd);
		w->fd = -1;
	}
	if (rc || (w->kept[w->newest].used && w->kept[w->newest].id == id))
		return rc ?: -EALREADY;
	rc = ruleset_parse_nofiles("live ruleset", text, strlen(text), &rs, &d);
	diag_free(&d);
	if (rc)
		return rc;
	next = w->kept[w->newest].used ? (w->newest + 1) % RULESETS_KEPT : w->newest;
	if (w->kept[next].used)
		ruleset_free(&w->kept[next].rules);
	w->kept[next].id = id;
	w->kept[next].rules = rs;
	w->kept[next].used = true;
	w->newest = next;
	return 0;
}

static __u64 look(const struct rulewatch *w)
{
	return (__u64)__atomic_load_n(&w->live->slot, __ATOMIC_ACQUIRE) << 32 |
	       __atomic_load_n(&w->instance->next_generation, __ATOMIC_ACQUIRE);
}

int rulewatch_start(const struct state *s, int lock, struct rulewatch *w, char **err)
{
	int pair[2], rc;

	*w = (struct rulewatch){ .fd = -1 };
	w->live = fw_live_map(s->maps.fw_live);
	w->instance = fw_instance_map(s->maps.fw_instance);
	if (!w->live || !w->instance || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return FAIL(err, -errno, "rules: %s", strerror(errno));
	w->pid = fork();
	if (!w->pid) {
		close(pair[0]);
		close(lock);
		serve(s, pair[1]);
	}
	close(pair[1]);
	w->fd = pair[0];
	if (w->pid < 0)
		return FAIL(err, -errno, "rules: no process to read them: %s", strerror(errno));
	w->seen = look(w);
	rc = fetch(w);
	return rc ? FAIL(err, rc, "the live ruleset cannot be read: %s", strerror(-rc)) : 0;
}

void rulewatch_stop(struct rulewatch *w)
{
	cleanup_close_fn(&w->fd);
	if (w->pid > 0)
		(void)waitpid(w->pid, NULL, 0);
	for (int i = 0; i < RULESETS_KEPT; i++)
		if (w->kept[i].used)
			ruleset_free(&w->kept[i].rules);
	fw_live_unmap((struct live *)w->live);
	fw_instance_unmap((struct instance_cfg *)w->instance);
	*w = (struct rulewatch){ .fd = -1 };
}

bool rulewatch_look(struct rulewatch *w, __u64 now)
{
	__u64 is = look(w);
	bool again = w->again_at && now >= w->again_at;

	if (is == w->seen && !again)
		return false;
	/* A generation is given before its ruleset is live, and two changes may look like none: so once more a bit later. */
	w->again_at = is != w->seen ? now + AGAIN_NS : 0;
	w->seen = is;
	return !fetch(w);
}

const struct ruleset *rulewatch_live(const struct rulewatch *w) { return &w->kept[w->newest].rules; }

__u32 rulewatch_newest(const struct rulewatch *w) { return w->kept[w->newest].id; }

const struct ruleset *rulewatch_of(const struct rulewatch *w, generation_t g)
{
	const struct ruleset *found = NULL;
	__u32 best = 0;

	/* Generations between two rulesets' are of changes of sets under the first. */
	for (int i = 0; i < RULESETS_KEPT; i++)
		if (w->kept[i].used && w->kept[i].id <= g.raw && w->kept[i].id >= best) {
			best = w->kept[i].id;
			found = &w->kept[i].rules;
		}
	return found;
}

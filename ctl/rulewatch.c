/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fail.h"
#include "pastrules.h"
#include "privileges.h"
#include "rulewatch.h"

#define AGAIN_NS 1000000000ull
#define SOON_NS  50000000ull
enum { ANSWER_S = 5, FIRST_TRIES = 25 };

/*
 * Who asks says which ruleset it knows as the newest. The process that reads answers with those above it, the oldest first: each so, with
 * `length` bytes of text behind it; at last comes one that is `last`, with the id of the live one. `failed`: there is no answer now.
 */
struct answer {
	__u32 failed, last, id, zero;
	__u64 length;
};

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

struct outgoing {
	int fd, rc;
};

static int hand_over(void *arg, __u32 id, const char *text)
{
	struct outgoing *o = (struct outgoing *)arg;
	struct answer a = { .id = id, .length = strlen(text) };

	o->rc = move_all(o->fd, &a, sizeof(a), true);
	o->rc = o->rc ?: move_all(o->fd, (void *)text, a.length, true);
	return o->rc;
}

static int answer_one(const struct state *s, int fd, __u32 known)
{
	struct outgoing o = { .fd = fd };
	struct answer a = { .last = 1 };

	a.failed = past_and_live(s, known, hand_over, &o, &a.id) != 0;
	return o.rc ?: move_all(fd, &a, sizeof(a), true);
}

static __attribute__((noreturn)) void serve(const struct state *s, int fd)
{
	const __u64 keep = 1ull << CAP_BPF | 1ull << CAP_SYS_ADMIN; /* to get a descriptor by id */
	__u32 known;

	/* It ends when the one that asks does, and not before: that one has a last look to take. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_NAME, "fwctl-rules", 0, 0, 0);
	if (privileges_keep(keep, NULL))
		_exit(1);
	while (!move_all(fd, &known, sizeof(known), false) && !answer_one(s, fd, known))
		;
	_exit(0);
}

/* --- the one that asks ---------------------------------------------------------------------------- */

static bool has_answer(const struct rulewatch *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

/* The answers to the question that was asked go into the book. -EBUSY: not now. */
static int take_answers(struct rulewatch *w)
{
	int rc = 0;

	while (!rc) {
		_cleanup_free_ char *text = NULL;
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		struct answer a;

		if (!w->owed && !poll(&p, 1, ANSWER_S * 1000)) {
			w->owed = true;
			return -EBUSY;
		}
		w->owed = false;
		rc = move_all(w->fd, &a, sizeof(a), false);
		if (!rc && a.last) {
			w->live_id = a.failed ? w->live_id : a.id;
			return a.failed ? -EBUSY : 0;
		}
		if (rc)
			break;
		text = (char *)xmalloc(a.length + 1);
		text[a.length] = '\0';
		rc = move_all(w->fd, text, a.length, false);
		if (!rc)
			(void)rulebook_add(&w->book, a.id, text); /* one that is not understood is not known */
	}
	return rc;
}

/* One that is slow is asked no more until it has answered, and not waited for again: what it says then may be of before. */
static int ask(struct rulewatch *w)
{
	__u32 known;
	int rc = 0;

	if (w->fd < 0)
		return -EPIPE;
	if (w->owed && !has_answer(w))
		return -EBUSY;
	if (w->owed)
		rc = take_answers(w);
	if (rc && rc != -EBUSY)
		return rc;
	if (w->owed)
		return rc;
	known = rulebook_newest(&w->book);
	rc = move_all(w->fd, &known, sizeof(known), true);
	return rc ?: take_answers(w);
}

/* 0 when there is another live ruleset than before. */
static int fetch(struct rulewatch *w)
{
	__u32 before = w->live_id;
	int rc = ask(w);

	if (rc && rc != -EBUSY) { /* it is gone, or stopped in the middle of an answer */
		cleanup_close_fn(&w->fd);
		w->fd = -1;
	}
	w->behind = rc || !rulebook_exact(&w->book, w->live_id);
	return rc ?: w->live_id == before ? -EALREADY : w->behind ? -EBADMSG : 0;
}

static __u64 look(const struct rulewatch *w)
{
	return (__u64)__atomic_load_n(&w->live->slot, __ATOMIC_ACQUIRE) << 32 |
	       __atomic_load_n(&w->instance->next_generation, __ATOMIC_ACQUIRE);
}

int rulewatch_start(const struct state *s, int lock, struct rulewatch *w, char **err)
{
	const struct timeval answers_within = { .tv_sec = ANSWER_S };
	const struct timespec pause = { .tv_nsec = 20000000 };
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
	(void)setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &answers_within, sizeof(answers_within));
	(void)setsockopt(w->fd, SOL_SOCKET, SO_SNDTIMEO, &answers_within, sizeof(answers_within));
	w->seen = look(w);
	rc = fetch(w);
	for (int i = 0; rc == -EBUSY && i < FIRST_TRIES; i++) { /* it is being replaced */
		nanosleep(&pause, NULL);
		rc = fetch(w);
	}
	return rc ? FAIL(err, rc, "the live ruleset cannot be read: %s", strerror(-rc)) : 0;
}

void rulewatch_stop(struct rulewatch *w)
{
	cleanup_close_fn(&w->fd);
	if (w->pid > 0) {
		(void)kill(w->pid, SIGKILL); /* it may have been stopped; it holds nothing that would be left undone */
		(void)waitpid(w->pid, NULL, 0);
	}
	rulebook_free(&w->book);
	fw_live_unmap((struct live *)w->live);
	fw_instance_unmap((struct instance_cfg *)w->instance);
	*w = (struct rulewatch){ .fd = -1 };
}

bool rulewatch_look(struct rulewatch *w, __u64 now)
{
	__u64 is = look(w);
	bool again = w->again_at && now >= w->again_at;
	int rc;

	if (is == w->seen && !again)
		return false;
	/* A generation is given before its ruleset is live, and two changes may look like none: so once more a bit later. */
	w->again_at = is != w->seen ? now + AGAIN_NS : 0;
	w->seen = is;
	rc = fetch(w);
	if (rc == -EBUSY)
		w->again_at = now + SOON_NS;
	return !rc;
}

const struct known_rules *rulewatch_live(const struct rulewatch *w) { return rulebook_exact(&w->book, w->live_id); }

__u32 rulewatch_newest(const struct rulewatch *w) { return rulebook_newest(&w->book); }

const struct known_rules *rulewatch_of(const struct rulewatch *w, generation_t g)
{
	return w->behind && g.raw > rulebook_newest(&w->book) ? NULL : rulebook_judging(&w->book, g);
}

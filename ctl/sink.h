/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where records go. A sink takes the records of a batch one by one, in the order of the journal, and on flush() settles them
 * there: sent, lost, or queued (in its own memory; it settles those later). It never fails as a whole: what it cannot deliver is
 * counted, and it tries again.
 */
#ifndef FW_SINK_H
#define FW_SINK_H

#include <sys/socket.h>
#include "journal.h"
#include "record.h"

/* What sinks share with their owner. */
struct sink_env {
	struct export_state *st;
	/* A line for the operator: what happened to a sink. Not owned by the callee. */
	void (*say)(void *arg, const char *text);
	void *arg;
	const struct known_rules *rules; /* the live ones, for the names of rules; may change between calls. NULL: not known */
	__u32 domain;                    /* IPFIX: observation domain */
	bool ending;                     /* it is the last sweep: nobody waits for the collector any more */
	bool stop;                       /* set by a sink whose reader will not come back: the collector may end */
};

struct sink {
	enum sink_kind kind;
	struct sink_env *env;
	const struct sink_ops *ops;
};

struct sink_ops {
	void (*add)(struct sink *s, const struct flow_record *r, const struct flow_context *c);
	void (*flush)(struct sink *s);
	/* Regularly: what is due by itself (templates, reconnecting, answers). */
	void (*tick)(struct sink *s, __u64 monotonic_ns);
	/* SIGHUP: files are opened anew. */
	void (*reopen)(struct sink *s);
	/* The rules have changed. */
	void (*rules)(struct sink *s);
	/* Delivers what is queued, for a few seconds at most; the rest is lost. Then frees. */
	void (*close)(struct sink *s);
};

/* Writes `fmt...` to the operator. */
void sink_say(const struct sink *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A file, or standard output for "-": a line a record. A file is appended to; one that a killed collector left with half a
 * line is cut to whole ones. What of the journal's batch a killed collector has written is settled. 0 or a negative errno with *err.
 */
int sink_json_open(struct sink_env *env, const char *path, struct sink **out, char **err);

/* Where an IPFIX collector is: `udp:192.0.2.1:4739`, `tcp:[2001:db8::1]:4739`. */
struct ipfix_target {
	bool tcp;
	union addr addr; /* as in struct flow_key */
	enum family family;
	__u16 port;  /* host order */
	__u32 scope; /* interface of a link-local address; 0: none */
	char text[96];
};
/* 0, or -EINVAL with *err saying what is wrong with it. Names are not resolved: a static binary has no NSS. */
int ipfix_target_parse(const char *text, struct ipfix_target *out, char **err);
/* As connect() takes it; the bytes of *out that are used. */
socklen_t ipfix_target_address(const struct ipfix_target *t, struct sockaddr_storage *out);

/*
 * Opens its socket in the present network namespace, also where nobody answers yet. What a killed collector had for it and not
 * sent counts as lost, also what may have arrived.
 */
struct sink *sink_ipfix_open(struct sink_env *env, const struct ipfix_target *target);

/*
 * The address that connect() chose is no more: of IPv4 the kernel sends nothing from it, of IPv6 messages whose answers go astray. A port of
 * it can then not be had either.
 */
bool ipfix_own_address_gone(int fd);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Setting a collector up on a live instance, and running it until it is told to end. */
#ifndef FW_EXPORT_RUN_H
#define FW_EXPORT_RUN_H

#include "events.h"
#include "sink.h"
#include "state.h"

struct export_request {
	const char *json;                 /* file, "-", or NULL */
	const struct ipfix_target *ipfix; /* or NULL */
	__u32 active_s, idle_s;
	int back; /* the namespace to open sockets in; -1: the present one */
	void (*say)(void *arg, const char *text);
	void *arg;
};

/*
 * Runs until SIGTERM or SIGINT; SIGHUP opens files anew. One at a time an instance: -EBUSY for a second. It gives up its
 * capabilities once all is open. 0 or a negative errno with *err.
 */
int export_run(const struct state *s, const struct export_request *rq, char **err);

/*
 * A part of export_run(): takes over the reader of flow ends that a killed collector has left, or makes a new one, which listens since
 * `now`. A collector that is killed in here leaves nothing that the next one does not find.
 */
int export_listen(const struct instance_maps *m, struct export_state *st, ticks_t now, struct events **out, char **err);

/*
 * What collectors of this instance have counted so far: 1, or 0 where there never was one; a negative errno with *err, -EPROTO where it is of
 * another layout. Does not change anything. `journal` and places are void.
 */
int export_counts(const struct state *s, struct export_state *out, char **err);

#endif

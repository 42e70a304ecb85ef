/* SPDX-License-Identifier: GPL-2.0 */
/* Opening of embedded BPF objects: which of their maps exist already, how large the others are to be. */
#ifndef FW_OBJECT_H
#define FW_OBJECT_H

#include <bpf/libbpf.h>
#include "mapset.h"
#include "programs.h"

/* Groups (or NULL) whose open maps an object is to use, and the request that says how large new ones are. */
struct plumbing {
	struct instance_maps *instance;
	struct ruleset_maps *ruleset;
	struct slot_maps *slot;
	struct replay_maps *replay;
	const struct load_request *rq;
	__u32 slot_rules; /* for so many rules; 0: slot maps are not made */
};
/* Between open and load. 0 or a negative errno. */
int plumb(struct bpf_object *obj, const struct plumbing *p);

/* After load: own copies of the descriptors of the group's maps that *maps does not hold yet. */
int take_maps(struct bpf_object *obj, const struct map_group *g, void *maps);

/*
 * The embedded objects that have all maps of the registry with their types: those that programs use, and the collector's. Opened once a
 * process and never loaded; NULL: errno.
 */
enum maps_object { MAPS_OF_PROGRAMS, MAPS_OF_EXPORT };
enum { MAPS_OBJECTS = MAPS_OF_EXPORT + 1 };
struct bpf_object *maps_object(enum maps_object which);

/*
 * The embedded object that knows all maps of programs, opened; the caller closes it. NULL: errno. It is behind a function because each file that
 * includes a skeleton has a copy of the object.
 */
struct bpf_object *programs_object_open(void);

/* Opens those of the program's maps that the group knows and *maps, a struct of that group, does not hold yet. 0 or a negative errno. */
int maps_of_program(int prog_fd, const struct map_group *g, void *maps);

/* A copy of the descriptor that outlives the object, or a negative errno. */
int keep_fd(int fd);

/* Blocks of a text of so many bytes. */
size_t text_blocks(__u64 bytes);

/* What just failed, in the words of libbpf that tell most, else errno's. Static storage. */
const char *object_error(int rc);
void object_error_clear(void);

#endif

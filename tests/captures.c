/* SPDX-License-Identifier: GPL-2.0 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include "captures.h"
#include "../ctl/util.h"

bool captures_file(const char *path, captures_packet *packet, void *arg)
{
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_frame_ struct frame f = { .data = NULL };
	_cleanup_free_ char *err = NULL;
	struct capture_packet p;
	unsigned int n = 0;
	bool whole = !capture_open(path, &c, &err);

	while (whole && capture_next(c, &p, &err) > 0) {
		whole = !link_frame(&p, &f);
		if (whole)
			packet(arg, path, ++n, p.time_ns, &f);
	}
	return whole && !err;
}

static bool is_capture(const char *name) { return strstr(name, ".pcap") || strstr(name, ".cap"); }

void captures_files(const char *dir, void (*file)(void *arg, const char *path), void *arg)
{
	struct dirent **v = NULL;
	int n = scandir(dir, &v, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, v[i]->d_name);
		struct stat st;

		if (v[i]->d_name[0] != '.' && !stat(path, &st)) {
			if (S_ISDIR(st.st_mode))
				captures_files(path, file, arg);
			else if (is_capture(v[i]->d_name))
				file(arg, path);
		}
		free(v[i]);
	}
	free(v);
}

struct each {
	captures_packet *packet;
	void *arg;
};

static void each_packet(void *arg, const char *path)
{
	const struct each *e = (const struct each *)arg;

	(void)captures_file(path, e->packet, e->arg);
}

void captures_each(const char *dir, captures_packet *packet, void *arg)
{
	struct each e = { packet, arg };

	captures_files(dir, each_packet, &e);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libFuzzer on command lines: an argument a line of the input. Run without privileges and in a network namespace of its own
 * (scripts/fuzz.sh), in a directory with the files `rules` and `capture`: what needs the kernel is refused, all else is done.
 * The exit status is one of those that the README names.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../ctl/cli.h"
#include "fuzz.h"

enum { ARGS_MAX = 24, TEXT_MAX = 512 };

int fwctl_main(int argc, char **argv); /* ctl/main.c, renamed */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	MUST(geteuid()); /* not as one who could do harm */
	return 0;
}

/* No files but those of this directory, which cannot be written. */
static bool is_harmless(const char *arg) { return arg[0] != '/' && !strstr(arg, "..") && !strstr(arg, "=/"); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX + 1], *argv[ARGS_MAX + 2] = { "fwctl" }, *at = text, *arg;
	int argc = 1, status;

	if (size > TEXT_MAX || memchr(data, 0, size))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	while (argc <= ARGS_MAX && (arg = strsep(&at, "\n"))) {
		if (!is_harmless(arg))
			return 0;
		argv[argc++] = arg;
	}
	argv[argc] = NULL;
	status = fwctl_main(argc, argv);
	MUST(status >= EXIT_DONE && status <= EXIT_NO);
	return 0;
}

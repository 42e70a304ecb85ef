/* SPDX-License-Identifier: GPL-2.0 */
/* Errors that carry a sentence: a negative errno and an owned string "what: why (what to do)". */
#ifndef FW_FAIL_H
#define FW_FAIL_H

#include "util.h"

/*
 * The value of FAIL is rc. *err (NULL or an owned string; err itself may be NULL) is replaced by the formatted
 * message, which may quote the old one. Callers start with `char *err = NULL` and free it.
 */
#define FAIL(err, rc, ...)                                        \
	({                                                        \
		char **fail_err_ = (err);                         \
		int fail_rc_ = (rc);                              \
		if (fail_err_) {                                  \
			char *fail_new_ = xasprintf(__VA_ARGS__); \
			free(*fail_err_);                         \
			*fail_err_ = fail_new_;                   \
		}                                                 \
		fail_rc_;                                         \
	})

#endif

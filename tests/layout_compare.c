/* SPDX-License-Identifier: GPL-2.0 */
/*
 * layout_compare KERNEL_OBJECT USER_OBJECT: do the structs whose names end in _layout have one layout in both? (tests/neg;
 * the user object has BTF by gcc's -gbtf.) Exit status 1, and the differences, where they do not.
 */
#include <stdio.h>
#include <string.h>
#include "../ctl/layout.h"

/* The layout struct of this type id, or NULL. */
static const char *layout_name(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const char *name = t && btf_is_struct(t) ? btf__name_by_offset(btf, t->name_off) : "";
	size_t n = strlen(name);

	return n > 7 && !strcmp(name + n - 7, "_layout") ? name : NULL;
}

/* gcc's BTF leaves out enumerators that an int does not hold: they are not compared. */
static void drop_large_enumerators(struct btf *btf)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, id);
		struct btf_enum *v = btf_enum(t);
		__u32 kept = 0;

		if (!btf_is_enum(t) || btf_kflag(t))
			continue;
		for (int i = 0; i < btf_vlen(t); i++)
			if (v[i].val >= 0)
				v[kept++] = v[i];
		t->info = (t->info & ~0xffffu) | kept;
	}
}

int main(int argc, char **argv)
{
	struct btf *kernel = argc == 3 ? btf__parse(argv[1], NULL) : NULL, *user = argc == 3 ? btf__parse(argv[2], NULL) : NULL;
	int compared = 0, differing = 0;

	if (kernel)
		drop_large_enumerators(kernel);
	for (__u32 id = 1; kernel && user && id < btf__type_cnt(kernel); id++) {
		_cleanup_strbuf_ struct strbuf why = { NULL, 0, 0 };
		const char *name = layout_name(kernel, id);
		__s32 theirs = name ? btf__find_by_name_kind(user, name, BTF_KIND_STRUCT) : 0;

		if (!name)
			continue;
		compared++;
		if (theirs <= 0)
			strbuf_add(&why, "not in the user object");
		else if (layout_agrees((struct layout){ user, (__u32)theirs }, (struct layout){ kernel, id }, &why))
			continue;
		fprintf(stderr, "%s: %s\n", name, why.str);
		differing++;
	}
	btf__free(kernel);
	btf__free(user);
	if (!compared)
		fprintf(stderr, "layout_compare: two objects with BTF and _layout structs are needed\n");
	else
		printf("%d compared\n", compared);
	return !compared || differing;
}

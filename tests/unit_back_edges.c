/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux before 6.3 refuses programs with a loop whose edge back is no jump: where the compiler puts a loop's end just ahead of its
 * beginning, a plain instruction falls into one that is being explored (kernel: check_cfg, push_insn; "back-edge from insn").
 * The kernel's own walk, over every function of the BPF objects, so that a newer kernel sees it too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/util.h"

enum { MASK_PUSHED = 3, PUSHED_NEXT = 1, PUSHED_BRANCH = 2, DISCOVERED = 16, EXPLORED = 32 };

struct walk {
	const struct bpf_insn *insns;
	size_t n, depth;
	uint8_t *state;
	size_t *stack;
	char *where; /* the first edge that is refused */
};

/* 1: *t's edge to w is to be explored; 0: it is done. */
static int push(struct walk *k, size_t t, size_t w, uint8_t edge, bool loop_ok)
{
	if (k->state[t] & edge)
		return 0;
	k->state[t] |= edge;
	if (w >= k->n)
		return 0;
	if (!k->state[w]) {
		k->state[w] = DISCOVERED;
		k->stack[k->depth++] = w;
		return 1;
	}
	if (k->state[w] & DISCOVERED && !loop_ok && !k->where)
		k->where = xasprintf("instruction %zu falls back into %zu", t, w);
	return 0;
}

static int visit(struct walk *k, size_t t)
{
	const struct bpf_insn *i = &k->insns[t];
	__u8 class = BPF_CLASS(i->code), op = BPF_OP(i->code);

	if ((class != BPF_JMP && class != BPF_JMP32) || op == BPF_CALL)
		return push(k, t, t + 1, PUSHED_NEXT, false);
	if (op == BPF_EXIT)
		return 0;
	if (op == BPF_JA)
		return push(k, t, (size_t)((ssize_t)t + i->off + 1), PUSHED_NEXT, true);
	return push(k, t, t + 1, PUSHED_NEXT, true) ?: push(k, t, (size_t)((ssize_t)t + i->off + 1), PUSHED_BRANCH, true);
}

/* The walk from a function's first instruction; its text where an edge is refused, owned by the caller. */
static char *walk_function(const struct bpf_insn *insns, size_t n, size_t start)
{
	struct walk k = {
		.insns = insns, .n = n, .state = (uint8_t *)xcalloc(n, 1), .stack = (size_t *)xcalloc(n + 1, sizeof(size_t))
	};

	k.state[start] = DISCOVERED;
	k.stack[k.depth++] = start;
	while (k.depth) {
		size_t t = k.stack[k.depth - 1];

		if (!visit(&k, t)) {
			k.state[t] = EXPLORED;
			k.depth--;
		}
	}
	free(k.state);
	free(k.stack);
	return k.where;
}

struct object {
	Elf *elf;
	unsigned int functions, refused;
	const char *path;
};

static Elf_Data *data_of(const struct object *o, size_t section, GElf_Shdr *header)
{
	Elf_Scn *s = elf_getscn(o->elf, section);

	return s && gelf_getshdr(s, header) ? elf_getdata(s, NULL) : NULL;
}

static void check_symbol(struct object *o, const GElf_Sym *sym, const char *name)
{
	GElf_Shdr header;
	Elf_Data *code = data_of(o, sym->st_shndx, &header);
	_cleanup_free_ char *where = NULL;

	assert_non_null(code);
	assert_true(sym->st_value + sym->st_size <= code->d_size);
	where = walk_function((const struct bpf_insn *)code->d_buf, code->d_size / sizeof(struct bpf_insn),
			      sym->st_value / sizeof(struct bpf_insn));
	o->functions++;
	if (where) {
		print_error("%s: %s: %s\n", o->path, name, where);
		o->refused++;
	}
}

static void check_object(struct object *o)
{
	Elf_Scn *s = NULL;
	GElf_Shdr header;

	while ((s = elf_nextscn(o->elf, s))) {
		Elf_Data *symbols;

		assert_non_null(gelf_getshdr(s, &header));
		if (header.sh_type != SHT_SYMTAB)
			continue;
		symbols = elf_getdata(s, NULL);
		for (int i = 0; i < (int)(header.sh_size / header.sh_entsize); i++) {
			GElf_Sym sym;

			assert_non_null(gelf_getsym(symbols, i, &sym));
			if (GELF_ST_TYPE(sym.st_info) == STT_FUNC)
				check_symbol(o, &sym, elf_strptr(o->elf, header.sh_link, sym.st_name));
		}
	}
}

static unsigned int check_file(const char *path, unsigned int *refused)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct object o = { .path = path };

	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	elf_version(EV_CURRENT);
	o.elf = elf_begin(fd, ELF_C_READ, NULL);
	assert_non_null(o.elf);
	check_object(&o);
	elf_end(o.elf);
	*refused += o.refused;
	return o.functions;
}

static void test_objects(void **state)
{
	unsigned int refused = 0, functions = 0;
	DIR *d = opendir(BPF_DIR);
	struct dirent *e;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d))) {
		_cleanup_free_ char *path = xasprintf("%s/%s", BPF_DIR, e->d_name);

		if (!strncmp(e->d_name, "fw_", 3) && strstr(e->d_name, ".bpf.o"))
			functions += check_file(path, &refused);
	}
	closedir(d);
	assert_true(functions > 50);
	assert_int_equal(refused, 0);
}

/* The walk itself: a loop by a jump is well, one that is fallen into is not. */
static void test_walk(void **state)
{
	const struct bpf_insn jump = { .code = BPF_JMP | BPF_JA }, plain = { .code = BPF_ALU64 | BPF_MOV | BPF_K },
			      branch = { .code = BPF_JMP | BPF_JEQ | BPF_K }, end = { .code = BPF_JMP | BPF_EXIT };
	struct bpf_insn back[] = { plain, branch, jump, end }, fallen[] = { jump, plain, plain, branch, end };
	_cleanup_free_ char *where = NULL;

	(void)state;
	back[1].off = 1;  /* to the end */
	back[2].off = -3; /* to the first */
	assert_null(walk_function(back, 4, 0));
	fallen[0].off = 1;  /* into the loop, behind its last block */
	fallen[3].off = -3; /* to the block ahead of its first, which falls into that */
	where = walk_function(fallen, 5, 0);
	assert_non_null(where);
	assert_string_equal(where, "instruction 1 falls back into 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_walk), cmocka_unit_test(test_objects) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

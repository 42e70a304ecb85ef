# SPDX-License-Identifier: GPL-2.0
# make           build/fwctl, one static binary
# make demo      installs what is missing, builds, and shows the main job in two network namespaces
# make test      installs what is missing, builds, and runs all tests (root)
# make bench     what it costs, beside xdp-filter and nftables (root); BENCH="packet live apply quick": parts of it
# make kernels   the tests on Debian's kernels from 6.1 to the newest, under QEMU (root)
# make toolchains   build and tests of the packet path with the other compilers and the newer libbpf that Debian has (root)
# make lint      the conventions that a tool can see, and static analysis
# make format    lays out the sources by .clang-format
# make install   to $(DESTDIR)$(PREFIX)/sbin, and the unit of the collector to lib/systemd/system

PREFIX  ?= /usr/local
CLANG   ?= clang
GCC     ?= gcc
LLVM_STRIP ?= llvm-strip
STRIP   ?= strip
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
# V=1 shows the commands.
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

B       := build
VERSION := $(shell cat VERSION)
WARN    := -Wall -Wextra -Wswitch-enum -Werror
# A default in a switch over an enum hides the values that are added later; gcc has no warning for it.
CLANG_WARN := -Wcovered-switch-default
CFLAGS  ?= -O2 -g
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -Wenum-conversion -DFWCTL_VERSION='"$(VERSION)"' \
	   -I$(B)/libmnl/usr/include -I$(B)/skel $(CFLAGS)
LIBMNL  := $(firstword $(wildcard $(B)/libmnl/usr/lib/*/libmnl.a /usr/lib/*/libmnl.a))
LIBELF  := $(shell pkg-config --static --libs libelf 2>/dev/null || echo -lelf -lz)
LIBS    := -lbpf $(LIBELF) -lz $(if $(LIBMNL),$(LIBMNL),-lmnl) -pthread

BPF_SRC := $(wildcard xdp/*.bpf.c tc/*.bpf.c)
BPF_OBJ := $(patsubst %.bpf.c,$(B)/bpf/%.bpf.o,$(notdir $(BPF_SRC)))
SKEL    := $(patsubst $(B)/bpf/%.bpf.o,$(B)/skel/%.skel.h,$(BPF_OBJ))
CTL_SRC := $(wildcard ctl/*.c)
LIB_SRC := $(filter-out ctl/main.c,$(CTL_SRC))
CTL_OBJ := $(patsubst ctl/%.c,$(B)/ctl/%.o,$(CTL_SRC))
LIB_OBJ := $(patsubst ctl/%.c,$(B)/ctl/%.o,$(LIB_SRC))

.PHONY: all deps test demo bench lint clang strict analyze format show-flags install clean
.DELETE_ON_ERROR:
.SECONDARY:
all: $(B)/fwctl

deps:
	$(Q)scripts/deps.sh $(B)

# As many at once as there are CPUs, where the caller has not said how many.
J = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# The dependencies must be there before the rules that name them are read, hence the second make.
test demo bench: deps
	$(Q)$(MAKE) --no-print-directory $(J) run-$@

# --- BPF objects and their skeletons -------------------------------------------------------------

# Without block placement: it lays loops out with an edge that the verifier of Linux 6.1 takes for an endless one.
BPF_CFLAGS := -g -gno-column-info -O2 -target bpf -mcpu=v3 -mllvm -disable-block-placement -std=gnu11 $(WARN) $(CLANG_WARN) $(addprefix -I,$(wildcard /usr/include/$(shell uname -m)-linux-gnu))
vpath %.bpf.c xdp tc tests/bpf

$(B)/bpf/%.bpf.o: %.bpf.c
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $@
	$(Q)$(LLVM_STRIP) -g --discard-all --remove-section=.rel.BTF.ext $@ # labels and relocations that libbpf does not read

$(B)/skel/%.skel.h: $(B)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)mkdir -p $(@D)
	$(Q){ echo '/* NOLINTBEGIN (generated) */' && $(BPFTOOL) gen skeleton $< name $*_bpf && echo '/* NOLINTEND */'; } > $@

# --- the binary ----------------------------------------------------------------------------------

$(B)/ctl/%.o: ctl/%.c VERSION | $(SKEL)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(B)/fwctl: $(CTL_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -static -Wl,--gc-sections -o $@.full $^ $(LIBS)
	$(Q)$(STRIP) -o $@ $@.full

# ctl/ with clang as well: it sees enum mix-ups that gcc lets pass.
clang: $(patsubst $(B)/ctl/%,$(B)/clang/%,$(CTL_OBJ))
$(B)/clang/%.o: ctl/%.c VERSION | $(SKEL)
	$(call say,CLANG,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(ALL_CFLAGS) $(CLANG_WARN) -MMD -MP -c $< -o $@

# ctl/ and the BPF sources as scripts/strict.sh reads them.
STRICT_CFLAGS = $(filter-out -Werror,$(ALL_CFLAGS))
strict: $(patsubst %,$(B)/strict/%.ok,$(CTL_SRC) $(BPF_SRC))
$(B)/strict/%.c.ok: %.c scripts/strict.sh | $(SKEL)
	$(call say,STRICT,$<)
	$(Q)mkdir -p $(@D)
	$(Q)scripts/strict.sh $(GCC) $(STRICT_CFLAGS) -MMD -MP -MT $@ -MF $(@:.ok=.d) $<
	$(Q)touch $@

# How things are compiled, for tests that compile (tests/neg).
show-flags:
	@printf '%s\n' 'gcc=$(GCC)' 'clang=$(CLANG)' 'user_flags=$(ALL_CFLAGS)' 'clang_flags=$(ALL_CFLAGS) $(CLANG_WARN)' 'strict_flags=$(STRICT_CFLAGS)' 'bpf_flags=$(BPF_CFLAGS)'

# What clang-tidy (.clang-tidy) and cppcheck say of ctl/ and of the BPF sources, with what these include. The analyzer looks at 60,000 states of a function at most: no more was
# found beyond, at three times the time.
TIDY_ARGS := --quiet $(addprefix --extra-arg=,-Xclang -analyzer-config -Xclang max-nodes=60000)
CPPCHECK_ARGS := --quiet --std=c11 --enable=warning,portability --error-exitcode=1 --inline-suppr -D_GNU_SOURCE -D__x86_64__ -D__LP64__ \
	'-DLIBBPF_OPTS(T,n,...)=struct T n = { __VA_ARGS__ }'
# For cppcheck: a look-up's helper, a number cast to a function, would return its argument. Arithmetic on void * is what the verifier knows.
CPPCHECK_BPF_ARGS := --quiet --std=c11 --enable=warning --error-exitcode=1 --inline-suppr -D__bpf__ -D__x86_64__ -D__LP64__ \
	-D__BYTE_ORDER__=1234 -D__ORDER_LITTLE_ENDIAN__=1234 '-Dbpf_map_lookup_elem(map,key)=looked_up(map)' -I/usr/include
analyze: $(patsubst %,$(B)/analyze/%.ok,$(BPF_SRC) $(CTL_SRC))
$(B)/analyze/%.bpf.c.ok: %.bpf.c .clang-tidy
	$(call say,ANALYZE,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy $(TIDY_ARGS) $< -- $(patsubst -I%,-isystem%,$(BPF_CFLAGS)) 2>$(@:.ok=.log) || { cat $(@:.ok=.log); exit 1; }
	$(Q)cppcheck $(CPPCHECK_BPF_ARGS) $<
	$(Q)$(CLANG) $(BPF_CFLAGS) -MM -MP -MT $@ -MF $(@:.ok=.d) $<
	$(Q)touch $@
$(B)/analyze/%.c.ok: %.c .clang-tidy | $(SKEL)
	$(call say,ANALYZE,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy $(TIDY_ARGS) $< -- $(patsubst -I%,-isystem%,$(ALL_CFLAGS)) 2>$(@:.ok=.log) || { cat $(@:.ok=.log); exit 1; }
	$(Q)cppcheck $(CPPCHECK_ARGS) $<
	$(Q)$(CLANG) $(ALL_CFLAGS) -MM -MP -MT $@ -MF $(@:.ok=.d) $<
	$(Q)touch $@

format:
	$(Q)scripts/format.sh

lint:
	$(Q)scripts/lint.sh
	$(Q)scripts/deps.sh $(B) lint
	$(Q)scripts/format.sh --check
	$(Q)$(MAKE) --no-print-directory $(J) analyze

install: $(B)/fwctl
	install -D -m 0755 $< $(DESTDIR)$(PREFIX)/sbin/fwctl
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's,@SBINDIR@,$(PREFIX)/sbin,' systemd/fwctl-export.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/fwctl-export.service
	chmod 0644 $(DESTDIR)$(PREFIX)/lib/systemd/system/fwctl-export.service

clean:
	rm -rf $(B)

include tests/tests.mk
-include $(wildcard $(B)/*/*.d $(B)/*/*/*.d)

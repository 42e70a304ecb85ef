# SPDX-License-Identifier: GPL-2.0
# Tests and benchmarks. tests/unit_*.c and tests/net_*.c are programs of their own, linked with all of ctl/ but main;
# tests/layout_compare.c is a tool of tests/neg.sh, tests/traffic.c one of tests/e2e/.

TEST_MAIN := $(wildcard tests/unit_*.c tests/net_*.c)
TEST_TOOL := tests/layout_compare.c tests/traffic.c
TEST_LIB  := $(filter-out $(TEST_MAIN) $(TEST_TOOL) $(wildcard tests/bench_*.c tests/fuzz_*.c),$(wildcard tests/*.c))
TEST_BIN  := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_MAIN) $(TEST_TOOL)) $(B)/tests/fwctl_dynamic
TEST_OBJ  := $(patsubst tests/%.c,$(B)/tests/%.o,$(TEST_LIB))
TEST_DEFS := -DTESTS_DIR='"$(CURDIR)/tests"' -DPCAPS_DIR='"$(CURDIR)/pcaps"' -DBPF_DIR='"$(abspath $(B))/bpf"'
BENCH_OBJ := $(patsubst tests/%.c,$(B)/tests/%.o,$(wildcard tests/bench_*.c))
TEST_SKEL := $(patsubst %.bpf.c,$(B)/skel/%.skel.h,$(notdir $(wildcard tests/bpf/*.bpf.c)))

vpath %.c ctl tests

$(B)/tests/%.o: tests/%.c VERSION | $(SKEL) $(TEST_SKEL)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(TEST_DEFS) -Ictl -MMD -MP -c $< -o $@

$(B)/tests/%: $(B)/tests/%.o $(TEST_OBJ) $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lcmocka -lpcap

$(B)/tests/bench_run: $(BENCH_OBJ) $(B)/tests/classbench.o $(B)/tests/build_packet.o $(B)/tests/build_text.o $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBS) -lm

# It breaks what is loaded before apply has looked at it.
$(B)/tests/net_selftest: LIBS += -Wl,--wrap=programs_load

# It ends a change of maps behind any step.
$(B)/tests/net_core: LIBS += -Wl,--wrap=bpf_map_update_elem,--wrap=bpf_map_delete_elem

# It has the kernel refuse what is to be put back.
$(B)/tests/net_hook_change: LIBS += -Wl,--wrap=bpf_link_create

$(B)/tests/traffic: $(B)/tests/traffic.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^

# For valgrind, which sees no allocation of a static binary.
$(B)/tests/fwctl_dynamic: $(CTL_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

# What threads of ours do, with ThreadSanitizer.
TSAN_OBJ := $(patsubst %,$(B)/tests/tsan/%.o,programs core job object mapset replay net_threads)
$(B)/tests/tsan/%.o: %.c VERSION | $(SKEL)
	$(call say,TSAN,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(TEST_DEFS) -fsanitize=thread -MMD -MP -c $< -o $@
$(B)/tests/net_threads: $(TSAN_OBJ) $(TEST_OBJ) $(filter-out $(patsubst %,$(B)/ctl/%.o,programs core job object mapset replay),$(LIB_OBJ))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -fsanitize=thread -o $@ $^ $(LIBS) -lcmocka -lpcap

.PHONY: tests run-test run-demo run-bench bench-doc bench-throughput
tests: $(TEST_BIN)

run-test: all clang strict tests
	$(Q)tests/run.sh $(B)
run-demo: all
	$(Q)scripts/demo.sh $(B)/fwctl
run-bench: all $(B)/tests/bench_run
	$(Q)scripts/bench.sh $(B) $(BENCH)
# The last full run into README.md and doc/.
bench-doc:
	$(Q)scripts/bench-doc.sh $(B)
bench-throughput: all $(B)/tests/traffic $(B)/skel/foreign.skel.h
	$(Q)scripts/bench-throughput.sh $(B)

# --- not part of `make test` ---------------------------------------------------------------------

.PHONY: kernels run-kernels
kernels: deps
	$(Q)$(MAKE) --no-print-directory run-$@
run-kernels: all tests
	$(Q)scripts/kernels.sh $(B) $(KERNELS)

.PHONY: toolchains
toolchains: deps
	$(Q)scripts/toolchains.sh $(B) $(TOOLCHAINS)

# Fuzz targets: all of ctl/ and their helpers with clang's sanitizers, apart from the other objects.
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_MAIN  := $(wildcard tests/fuzz_*.c)
FUZZ_BIN   := $(patsubst tests/%.c,$(B)/fuzz/%,$(FUZZ_MAIN))
FUZZ_OBJ   := $(patsubst ctl/%.c,$(B)/fuzz/obj/%.o,$(LIB_SRC)) \
	      $(patsubst %,$(B)/fuzz/obj/%.o,native_rules promise build_packet build_text gen_packet gen_model ipfix_decode)
$(B)/fuzz/obj/%.o: %.c VERSION | $(SKEL)
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(filter-out $(CFLAGS),$(ALL_CFLAGS)) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(FUZZ_DEFS) -MMD -MP -c $< -o $@
$(B)/fuzz/obj/main.o: FUZZ_DEFS := -Dmain=fwctl_main
$(B)/fuzz/fuzz_cli: $(B)/fuzz/obj/main.o

$(FUZZ_BIN): $(B)/fuzz/%: $(B)/fuzz/obj/%.o $(FUZZ_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: fuzz fuzzers
fuzz: deps
	$(Q)scripts/fuzz.sh $(B) $(FUZZ)
fuzzers: $(FUZZ_BIN)

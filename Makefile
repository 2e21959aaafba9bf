# papertag: `make help` lists the targets.
#
# Objects live in build/<variant>/; the release program and libraries in build/ itself.

VERSION   := $(shell sed -n 's/^\#define PAPERTAG_VERSION "\(.*\)"/\1/p' include/papertag.h)
SOVERSION := 0
CC        := $(if $(filter default,$(origin CC)),gcc,$(CC))
PYTHON    ?= /usr/bin/python3

# Where `make install` puts things. A package build sets DESTDIR, PREFIX=/usr and its libdir.
DESTDIR    ?=
PREFIX     ?= /usr/local
bindir     ?= $(PREFIX)/bin
libdir     ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include
datadir    ?= $(PREFIX)/share
# Where Debian's Python finds modules: those of its packages below /usr, others by its version.
python_version = $(shell $(PYTHON) -c 'import sys; print("python%d.%d" % sys.version_info[:2])' 2>/dev/null || echo python3)
pythondir  ?= $(PREFIX)/lib/$(if $(filter /usr,$(PREFIX)),python3,$(python_version))/dist-packages

# Where zsh finds completions: Debian's packages have a folder of their own.
zshdir     ?= $(datadir)/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)

# CFLAGS, CPPFLAGS and LDFLAGS from outside are added last, so that they win. What a variant needs is kept apart.
VARIANT ?= release
INSTRUMENT :=
ifeq ($(VARIANT),asan)
  CFLAGS ?= -O1 -g
  INSTRUMENT := -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
else ifeq ($(VARIANT),tsan)
  CFLAGS ?= -O1 -g
  INSTRUMENT := -fno-omit-frame-pointer -fsanitize=thread
else ifeq ($(VARIANT),coverage)
  CFLAGS ?= -O0 -g
  INSTRUMENT := --coverage -fprofile-update=atomic
else ifeq ($(VARIANT),fuzz)
  CC := clang
  CFLAGS ?= -O1 -g
  INSTRUMENT := -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
else ifeq ($(VARIANT),debug)
  CFLAGS ?= -O0 -g
else
  CFLAGS ?= -O3 -g
endif
OUT := $(if $(filter release,$(VARIANT)),build,build/$(VARIANT))
OBJ := build/$(VARIANT)

# Those of the flags that the compiler takes without complaint: gcc 12 to 16 and clang 14 to 21 differ.
accepted = $(foreach flag,$(1),$(shell $(CC) -Werror $(flag) -x c -c /dev/null -o /dev/null 2>/dev/null && echo ' $(flag)'))
ifeq ($(VARIANT),release)
  FORTIFY  := $(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  HARDEN   := $(FORTIFY) $(call accepted,-fstack-protector-strong -fstack-clash-protection \
              -ftrivial-auto-var-init=zero -fcf-protection)
  LDHARDEN := -Wl,-z,relro,-z,now,-z,noexecstack
endif
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
WERROR := $(if $(CI),-Werror)
# -ffp-contract=off: the same sums on every machine, whether or not it can fuse a multiply and an add.
BASE   := -std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude -fPIC -fvisibility=hidden -ffp-contract=off -pthread
COMPILE = $(CC) $(BASE) $(HARDEN) $(WARN) $(WERROR) $(INSTRUMENT) -MMD -MP $(CPPFLAGS) $(CFLAGS)
LINK    = $(CC) $(CFLAGS) $(INSTRUMENT) $(LDHARDEN) $(LDFLAGS)
LIBS   := -lsvm -lcjson -lutf8proc -lexpat -lsqlite3 -lz -llzma -lbz2 -lzstd -lm -pthread
# The program alone: the library has no network and no configuration.
APP_LIBS := -linih # and what src/app/lazy.c loads

APP_SRC := $(sort $(wildcard src/app/*.c src/app/*/*.c))
SQLITE_SRC := src/sqlite/papertag_sqlite.c
LIB_SRC := $(sort $(filter-out $(APP_SRC) $(SQLITE_SRC),$(wildcard src/*.c src/*/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)
WEB     := $(sort $(wildcard data/web/*))
APP_OBJ := $(APP_SRC:%.c=$(OBJ)/%.o) $(OBJ)/web.o
UNITS   := $(patsubst tests/unit/%.c,$(OBJ)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ    := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
REPLAYS := $(FUZZ:%=$(OBJ)/fuzz/replay_%)
FUZZERS := $(FUZZ:%=$(OBJ)/fuzz/fuzz_%)
FUZZED  := tests/fuzz/fuzz.c $(filter-out $(OBJ)/src/app/main.o,$(APP_OBJ))
REFERENCES := $(patsubst tests/reference/%.c,$(OBJ)/reference/%,$(wildcard tests/reference/*.c))

PROGRAM := $(OUT)/papertag
STATIC  := $(OUT)/libpapertag.a
SHARED  := $(OUT)/libpapertag.so
EXTENSION := $(OUT)/papertag_sqlite.so
MODEL   := models/default.papertag

# `make V=1` shows every command.
Q := $(if $(V),,@)

.DELETE_ON_ERROR:
.PHONY: coverage uncovered nightly all demo test programs check bench bench-store bench-instr asan lint format fuzz fuzzers faults install uninstall clean help

all: $(PROGRAM) $(STATIC) $(SHARED) $(EXTENSION) ## build the program and the libraries (default)

$(OBJ)/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $@")
	$(Q)$(COMPILE) $(if $(filter src/app/% src/sqlite/%,$<),,-Isrc) -c $< -o $@

# The files of data/web become part of the program. The folder is named so that a file that goes is noticed, too.
$(OBJ)/web.c: $(WEB) data/web scripts/embed
	@mkdir -p $(@D)
	$(Q)scripts/embed $(WEB) >$@

$(OBJ)/web.o: $(OBJ)/web.c
	$(if $(V),,@echo "  CC   $@")
	$(Q)$(COMPILE) -Isrc/app -c $< -o $@

$(STATIC): $(LIB_OBJ)
	@rm -f $@
	$(if $(V),,@echo "  AR   $@")
	$(Q)ar rcs $@ $^

$(SHARED): $(LIB_OBJ)
	$(if $(V),,@echo "  LD   $@")
	$(Q)$(LINK) -shared -Wl,-soname,libpapertag.so.$(SOVERSION) $^ $(LIBS) -o $@

# Holds what it needs of the library, and takes SQLite's functions from the program that loads it.
$(EXTENSION): $(SQLITE_SRC:%.c=$(OBJ)/%.o) $(STATIC)
	$(if $(V),,@echo "  LD   $@")
	$(Q)$(LINK) -shared -Wl,--exclude-libs,ALL,--no-undefined $^ $(filter-out -lsqlite3,$(LIBS)) -o $@

$(PROGRAM): $(APP_OBJ) $(STATIC)
	$(if $(V),,@echo "  LD   $@")
	$(Q)$(LINK) -pie $^ $(APP_LIBS) $(filter-out -lsvm,$(LIBS)) -o $@

demo: ## tag the sample papers: shows what papertag does
	@scripts/install-deps
	@$(MAKE) --no-print-directory -s all
	@scripts/demo $(PROGRAM)

# ---- tests ----

$(OBJ)/tests/%: tests/unit/%.c $(STATIC)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $@")
	$(Q)$(COMPILE) -MT $@ $(LDFLAGS) -Isrc $< $(STATIC) -lcmocka $(APP_LIBS) $(LIBS) -o $@

$(OBJ)/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(FUZZED) $(STATIC)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $@")
	$(Q)$(COMPILE) -MT $@ $(LDFLAGS) -Isrc $(filter-out %.h,$^) $(APP_LIBS) $(LIBS) -o $@

$(OBJ)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZED) $(STATIC)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $@")
	$(Q)$(COMPILE) -MT $@ $(LDFLAGS) -fsanitize=fuzzer -Isrc $(filter-out %.h,$^) $(APP_LIBS) $(LIBS) -o $@

$(OBJ)/reference/%: tests/reference/%.c $(STATIC)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $@")
	$(Q)$(COMPILE) -MT $@ $(LDFLAGS) -Isrc $(filter-out %.h,$^) $(LIBS) -o $@

test: ## build and run every test; the last line counts them
	@scripts/install-deps --test
	@$(MAKE) --no-print-directory all check

programs: $(UNITS) $(REPLAYS) $(REFERENCES)

check: programs $(PROGRAM) $(SHARED)
	@scripts/run-tests $(OUT) $(OBJ)

asan: ## every test under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory VARIANT=asan all check

# Every command with each place failing that allocates, then each that works with a file, SQLite's included; killed at
# any moment; with the power cut at any moment; damaged and mended; edited; many at once; with the disk, rights, memory or
# the reader at an end; and with inputs that double. FAULTS=--long takes hours: see `nightly`.
FAULT = PAPERTAG_MODEL='$(CURDIR)/$(MODEL)' $(PYTHON) tests/fault/$(1) '$(CURDIR)/$(PROGRAM)'
SHIMS = $(OBJ)/fault/allocations.so $(OBJ)/fault/files.so
RECORD = $(OBJ)/fault/record.so
$(OBJ)/fault/%.so: tests/fault/%.c tests/fault/fault.h
	@mkdir -p $(@D)
	$(Q)$(CC) -O1 -fPIC -shared -std=c11 $< -o $@ -ldl

faults: all $(SHIMS) $(RECORD) ## let allocations and file operations fail, kill, damage, crowd, fill the disk
	$(Q)rm -f $(OBJ)/fault/*.log; \
	for part in run $(if $(QUICK),,run-files) kill powercut damage limits together stateful serve $(if $(QUICK),,edited); do \
	        case $$part in \
	            together | stateful | edited | serve) shim= ;; \
	            run) shim='$(CURDIR)/$(OBJ)/fault/allocations.so' ;; \
	            powercut) shim='$(CURDIR)/$(RECORD)' ;; \
	            *) shim='$(CURDIR)/$(OBJ)/fault/files.so' ;; \
	        esac; \
	        $(call FAULT,$${part%-files}.py) $${shim:+"$$shim"} $(FAULTS) >$(OBJ)/fault/$$part.log 2>&1 || \
	            echo "$$part failed" >>$(OBJ)/fault/$$part.log & \
	    done; wait; cd $(OBJ)/fault && cat *.log && ! grep -q 'failed$$' *.log
	$(Q)$(if $(QUICK),true,$(call FAULT,growth.py))

# What the tests, and commands whose allocations and file operations fail, run through of the library and the program.
# (The profiler cannot do without memory and files itself: whether those commands fail well is not asked here.)
coverage: ## lines and branches that the tests reach: build/coverage.txt (gcovr; about 6 minutes)
	@find build/coverage -name '*.gcda' -delete 2>/dev/null; true
	@$(MAKE) --no-print-directory VARIANT=coverage all check
	@$(MAKE) --no-print-directory VARIANT=coverage uncovered

uncovered: all $(SHIMS)
	$(Q)for shim in $(SHIMS); do $(call FAULT,run.py) "$(CURDIR)/$$shim" >/dev/null; done; true
	gcovr -r . --object-directory $(OBJ) -f src/ > build/coverage.txt
	gcovr -r . --object-directory $(OBJ) -f src/ -b | tail -2 >> build/coverage.txt
	gcovr -r . --object-directory $(OBJ) -f src/ -e src/app | tail -2 >> build/coverage.txt
	@tail -8 build/coverage.txt

# Each target for FUZZ_SECONDS, FUZZ_JOBS of them at a time, growing its corpus under build/.
FUZZ_SECONDS ?= 60
FUZZ_JOBS    ?= 2
fuzz: ## fuzz everything that reads foreign bytes (clang; FUZZ_SECONDS=60 each)
	@$(MAKE) --no-print-directory VARIANT=fuzz fuzzers
	@scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_JOBS) $(FUZZ)

fuzzers: $(FUZZERS)

# What takes too long for every change: about 6 hours on two cores, 5 of them fuzzing (half an hour a target, two at a
# time) and long forms of `faults`; the rest, from the thread sanitizer to the bytes of each build, 15 minutes.
nightly: all ## everything that takes hours: see the comment in the Makefile
	scripts/install-deps --nightly
	$(MAKE) --no-print-directory VARIANT=tsan all check
	scripts/lint --deep
	$(MAKE) --no-print-directory check
	scripts/memcheck $(OUT) $(OBJ)
	scripts/determinism
	$(MAKE) --no-print-directory coverage
	$(MAKE) --no-print-directory faults FAULTS=--long
	$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=1800

bench: all ## measure speed on this machine, beside other tools: build/bench.md, build/bench.svg
	@scripts/bench $(PROGRAM) build

bench-store: all ## measure the commands over stores of 10,000 to 1,000,000 papers, in build/stores (half an hour)
	@scripts/bench-store $(PROGRAM) build/stores

bench-instr: all ## count instructions of fixed inputs and compare with data/instructions.tsv (valgrind)
	@scripts/bench-instr $(PROGRAM)

# ---- care ----

SOURCES := $(shell find include src tests -name "*.[ch]")

lint: ## cppcheck, clang-tidy and shellcheck
	@scripts/lint

format: ## format the sources with clang-format
	clang-format -i $(SOURCES)

# ---- installing ----

define PKGCONFIG
prefix=$(PREFIX)
includedir=$(includedir)
libdir=$(libdir)
Name: papertag
Description: topic tags for research papers
Version: $(VERSION)
Cflags: -I$${includedir}
Libs: -L$${libdir} -lpapertag
Libs.private: $(LIBS)
endef
export PKGCONFIG

install: all ## install under $(DESTDIR)$(PREFIX)
	install -d '$(DESTDIR)$(pythondir)' '$(DESTDIR)$(bindir)' '$(DESTDIR)$(libdir)/pkgconfig' '$(DESTDIR)$(includedir)/papertag'
	install -d '$(DESTDIR)$(datadir)/papertag' '$(DESTDIR)$(datadir)/man/man1'
	install -d '$(DESTDIR)$(datadir)/bash-completion/completions' '$(DESTDIR)$(zshdir)'
	install -d '$(DESTDIR)$(datadir)/fish/vendor_completions.d'
	install -m 755 $(PROGRAM) '$(DESTDIR)$(bindir)/papertag'
	install -m 644 include/papertag.h '$(DESTDIR)$(includedir)'
	install -m 644 include/papertag/*.h '$(DESTDIR)$(includedir)/papertag'
	install -m 644 $(STATIC) '$(DESTDIR)$(libdir)/libpapertag.a'
	install -m 755 $(SHARED) '$(DESTDIR)$(libdir)/libpapertag.so.$(VERSION)'
	install -m 755 $(EXTENSION) '$(DESTDIR)$(libdir)/papertag_sqlite.so'
	install -m 644 src/python/papertag.py '$(DESTDIR)$(pythondir)/papertag.py'
	ln -sf libpapertag.so.$(VERSION) '$(DESTDIR)$(libdir)/libpapertag.so.$(SOVERSION)'
	ln -sf libpapertag.so.$(SOVERSION) '$(DESTDIR)$(libdir)/libpapertag.so'
	printf '%s\n' "$$PKGCONFIG" > '$(DESTDIR)$(libdir)/pkgconfig/papertag.pc'
	install -m 644 $(MODEL) '$(DESTDIR)$(datadir)/papertag/default.papertag'
	install -m 644 data/tags.json data/labels.tsv '$(DESTDIR)$(datadir)/papertag'
	install -d '$(DESTDIR)$(datadir)/systemd/user'
	install -m 644 data/papertag.timer data/papertag-serve.socket '$(DESTDIR)$(datadir)/systemd/user'
	install -m 755 data/papertag.sbatch '$(DESTDIR)$(datadir)/papertag'
	sed 's#/usr/local/bin/#$(bindir)/#' data/papertag.service >'$(DESTDIR)$(datadir)/systemd/user/papertag.service'
	sed 's#/usr/local/bin/#$(bindir)/#' data/papertag-serve.service \
	    >'$(DESTDIR)$(datadir)/systemd/user/papertag-serve.service'
	sed 's#/usr/local/bin/#$(bindir)/#' data/papertag.crontab >'$(DESTDIR)$(datadir)/papertag/papertag.crontab'
	$(PROGRAM) help --man > '$(DESTDIR)$(datadir)/man/man1/papertag.1'
	for command in $$($(PROGRAM) help --names); do \
	    $(PROGRAM) help --man "$$command" > '$(DESTDIR)$(datadir)/man/man1/papertag-'"$$command.1" || exit 1; \
	done
	$(PROGRAM) help --completion > '$(DESTDIR)$(datadir)/bash-completion/completions/papertag'
	$(PROGRAM) help --completion zsh > '$(DESTDIR)$(zshdir)/_papertag'
	$(PROGRAM) help --completion fish > '$(DESTDIR)$(datadir)/fish/vendor_completions.d/papertag.fish'
	@echo "To build with the library: cc FILE.c -I$(includedir) -L$(libdir) -Wl,-rpath,$(libdir) -lpapertag"

uninstall: ## remove what install put there
	rm -f '$(DESTDIR)$(bindir)/papertag' '$(DESTDIR)$(includedir)/papertag.h'
	rm -f '$(DESTDIR)$(libdir)/papertag_sqlite.so' '$(DESTDIR)$(pythondir)/papertag.py'
	rm -f '$(DESTDIR)$(libdir)'/libpapertag.a '$(DESTDIR)$(libdir)'/libpapertag.so*
	rm -f '$(DESTDIR)$(libdir)/pkgconfig/papertag.pc' '$(DESTDIR)$(datadir)'/man/man1/papertag*.1
	rm -f '$(DESTDIR)$(datadir)/bash-completion/completions/papertag' '$(DESTDIR)$(zshdir)/_papertag'
	rm -f '$(DESTDIR)$(datadir)/fish/vendor_completions.d/papertag.fish'
	rm -f '$(DESTDIR)$(datadir)/systemd/user/papertag.service' '$(DESTDIR)$(datadir)/systemd/user/papertag.timer'
	rm -f '$(DESTDIR)$(datadir)'/systemd/user/papertag-serve.*
	rm -rf '$(DESTDIR)$(datadir)/papertag' '$(DESTDIR)$(includedir)/papertag'

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

-include $(LIB_OBJ:.o=.d) $(APP_OBJ:.o=.d) $(wildcard $(OBJ)/tests/*.d $(OBJ)/fuzz/*.d $(OBJ)/reference/*.d)

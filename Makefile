# Foretell's commands; each does its own set-up. The build itself is meson's (meson.build).
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
SECONDS ?= 60
PREFIX ?= /usr/local
DESTDIR ?=

PROGRAMS := foretell foretell-trainer

# Uninstrumented libraries keep memory until the end, which is no leak of ours.
SANITIZER_ENV := \
  ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=1 \
  LSAN_OPTIONS=suppressions=$(CURDIR)/tools/leaks.txt:print_suppressions=0 \
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

.PHONY: postgres install-postgres help build debug demo test test-area test-live check check-fast format asan fuzz bench bench-automl install clean

help: ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

build: ## build/foretell and its trainer
	@tools/setup.sh build
	@tools/build.sh build "$(PROGRAMS)" -Dtests=$$(test -f build/.tested && echo true || echo false)

debug: ## build-debug/: the programs without optimisation, for gdb (CONTRIBUTING.md)
	@tools/setup.sh build
	@tools/build.sh build-debug "$(PROGRAMS)" -Dbuildtype=debug

demo: build ## train a churn model by SQL and use it
	@build/foretell --echo -f examples/churn.sql

test: ## every test; ends with a line "N passed, N failed"
	@tools/setup.sh test
	@tools/build.sh build all -Dtests=true
	@touch build/.tested
	@tools/postgres.sh build build
	@tools/run_tests.py build

test-area: ## unit tests of one folder: make test-area AREA=core/import
	@tools/build.sh build all -Dtests=true
	@touch build/.tested
	@tools/area_tests.py build $(AREA)

test-live: build ## remote models and S3 against MLflow's server and a simulator of AWS, from PyPI
	@tools/setup.sh live
	@tools/live.sh build

check: ## format, layers, names, sizes, warnings of gcc and clang, clang's UBSan
	@tools/setup.sh check
	@tools/check.sh

check-fast: ## what of it takes two minutes or so; .ci/run runs it too
	@tools/setup.sh check
	@tools/check.sh fast

format: ## lay out every C file as .clang-format says
	@tools/setup.sh check
	@git ls-files -co --exclude-standard '*.[ch]' | xargs -r clang-format -i

asan: ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/setup.sh test
	@tools/build.sh build-asan all -Dtests=true -Dbuildtype=debugoptimized \
	  -Db_sanitize=address,undefined
	@COPT='-fsanitize=address,undefined -fno-omit-frame-pointer' tools/postgres.sh build build-asan
	@$(SANITIZER_ENV) tools/run_tests.py build-asan

fuzz: ## each fuzz target for SECONDS=60 under the sanitizers
	@tools/setup.sh check
	@CC=clang tools/build.sh build-fuzz all -Dtests=true -Dfuzz=true -Db_lundef=false \
	  -Dbuildtype=debugoptimized -Db_sanitize=address,undefined
	@$(SANITIZER_ENV) tools/fuzz.sh build-fuzz $(SECONDS)

bench: ## measurements
	@tools/setup.sh test
	@tools/build.sh build all -Dtests=true
	@touch build/.tested
	@ninja -C build benchmark

bench-automl: build ## AutoML beside published results; hours. SETS= BUDGET=15,60,300 FOLDS= SEEDS= DATA=
	@bench/automl.py --budget $(or $(BUDGET),15,60,300) $(if $(SETS),--sets $(SETS)) \
	  $(if $(FOLDS),--folds $(FOLDS)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(DATA),--data $(DATA)) $(ARGS)

install: build ## a relocatable tree below PREFIX=/usr/local
	@meson configure build -Dprefix='$(abspath $(PREFIX))'
	@tools/build.sh build "$(PROGRAMS)" -Dtests=$$(test -f build/.tested && echo true || echo false)
	@meson install -C build --no-rebuild --quiet $(if $(DESTDIR),--destdir '$(DESTDIR)')
	@echo "installed: $(DESTDIR)$(abspath $(PREFIX))/bin/foretell"

postgres: ## the PostgreSQL extension, for the server that pg_config tells of
	@tools/setup.sh postgres
	@tools/build.sh build "$(PROGRAMS)" -Dtests=$$(test -f build/.tested && echo true || echo false)
	@tools/postgres.sh build build

install-postgres: postgres ## the extension and its trainer, into that server
	@tools/postgres.sh install build '$(DESTDIR)'

clean: ## remove what was built; set-up stays
	@rm -rf build build-debug build-asan build-fuzz build-gcc build-clang build-undefined

# SPDX-License-Identifier: MIT
# One command each, from a bare checkout; each sets up what it needs the first time.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
NATIVE := $(wildcard native/src/*.c native/src/*.h native/shell/*)

# Without bytecode on the disk each of the some thousand processes that tests start would compile hume anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo check test bench pictures soak clean format

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## .venv from the lock, the native client built, commands in .venv/bin

$(STAMP): requirements.lock pyproject.toml hatch_build.py web/package-lock.json $(NATIVE)
	@PYTHON="$(PYTHON)" sh scripts/setup

demo: setup ## hume up, the example scripts for real, then look around (DEMO_EXIT=1: stop by itself)
	@sh scripts/demo

check: setup ## format, lint, types, import contracts, unit tests but the slow ones: the quick loop
	@sh scripts/check
	$(BIN)/pytest tests/unit -m "not slow and not soak" -q -n 2

test: setup ## everything a change must pass, real processes included
	@sh scripts/check
	$(BIN)/pytest tests -m "not soak" -n 4 --dist worksteal

pictures: setup ## the pictures of docs/guide/seeing.md anew, from real pages
	@$(BIN)/python -m tests.pictures docs/pictures now-light run-light events-dark now-phone

bench: setup ## the numbers of docs/reference/benchmarks.md, measured here
	@$(BIN)/python -m tests.bench

soak: setup ## long campaigns
	$(BIN)/pytest tests -m soak -n 2

format: setup ## rewrite sources in the house format
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean: ## remove what was built
	rm -rf .venv .demo build dist native/build

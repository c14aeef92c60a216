# `make` sets up from nothing and runs the default workflow; `make help` lists the rest.
# Needed beforehand: Python 3.11 to 3.13, make, internet. Everything goes into .venv and
# .venv-tensorflow; after `source .venv/bin/activate`, plain `snakemake --cores all` works too.

PYTHON ?= python3
CORES ?= all
REPORT ?= report.zip
ARGS ?=

BIN := .venv/bin
SRC := Snakefile $(wildcard rules/*.smk rules/*/*.smk)
# data.lock: packages that are read as data, without what they depend on.
TORCH_LOCKS := envs/torch.lock envs/data.lock
TENSORFLOW_LOCKS := envs/tensorflow.lock
# A stamp's name holds a digest of the locks: a new lock sets up again, a touched file does not.
digest = $(firstword $(shell cat $(1) | cksum))
TORCH := .venv/.synced-$(call digest,$(TORCH_LOCKS))
TENSORFLOW := .venv-tensorflow/.synced-$(call digest,$(TENSORFLOW_LOCKS))

export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: run setup test lint lock report clean help

run: setup  ## set up and run the workflow; ARGS="--configfile my.yaml" or a target, CORES=4
	$(BIN)/snakemake --cores $(CORES) $(ARGS)

setup: $(TORCH) $(TENSORFLOW)  ## make both environments; PYTHON=python3.12 picks the interpreter

test: setup  ## run every test; ARGS="tests/unit -k config" for some of them
	$(BIN)/python -m pytest $(ARGS)

lint: $(TORCH)  ## check style, types, imports, rules and the README's tables
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check $(SRC)
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/python docs/write_targets.py
	$(BIN)/snakemake --lint

lock: $(TORCH)  ## write the locks and conda files anew, same versions; UPGRADE=1: newest versions
	$(BIN)/python envs/lock.py $(if $(UPGRADE),--upgrade)

report: run  ## run the workflow and put its figures into one report; REPORT=report.html
	$(BIN)/snakemake --report $(REPORT) $(ARGS)

clean:  ## delete caches; results, environments and Snakemake's own records stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache
	find . -path './.*' -prune -o -name __pycache__ -type d -exec rm -rf {} +

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

# uv comes at the version and hashes of the lock, then brings the environment to its locks exactly:
# `pip sync` removes what they do not list, so one call names them all, and it adds no dependencies.
$(TORCH):
	@rm -f .venv/.synced-*
	@$(BIN)/uv --version >/dev/null 2>&1 || { \
	  $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	    echo "make: $(PYTHON) must be Python 3.11, 3.12 or 3.13, but is: $$($(PYTHON) --version 2>&1 | tail -n 1)"; \
	    echo "make: install one of these, or name the one you have: make PYTHON=python3.12"; \
	    exit 1; } >&2; \
	  echo "make: new environment in .venv"; \
	  $(PYTHON) -m venv --clear .venv || { \
	    echo "make: $(PYTHON) cannot make environments; on Debian and Ubuntu: apt install python3-venv" >&2; \
	    exit 1; }; \
	  sed -n '/^uv==/,/[^\\]$$/p' envs/torch.lock > .venv/uv.lock; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock; }
	$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python $(TORCH_LOCKS)
	@touch $@

$(TENSORFLOW): | $(TORCH)
	@rm -f .venv-tensorflow/.synced-*
	@test -x .venv-tensorflow/bin/python || { \
	  echo "make: new environment in .venv-tensorflow"; \
	  $(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-tensorflow; }
	$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python .venv-tensorflow/bin/python $(TENSORFLOW_LOCKS)
	@touch $@

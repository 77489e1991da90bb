# Two commands do everything on a fresh Debian machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without bytecode each of the many processes of a run of tests would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-slow bench check format setup setup-test clean

help:
	@echo "make demo       install what is missing and run January to June 2026 of both example workspaces"
	@echo "make test       install what is missing and pass every gate: format, lint, types, rooms, tests"
	@echo "make test-slow  the long explorations that make test leaves out"
	@echo "make bench      benchmarks, each against a named peer in the same run"
	@echo "make format     format the code, and the terms in rules and documentation"
	@echo "make clean      remove the environment and what the demo made"

setup:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/setup run

setup-test:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/setup test

demo: setup
	@$(BIN)/invoicer demo demo

test: setup-test check
	$(BIN)/pytest -n auto --dist loadgroup -m "not slow"

check: setup-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-slow: setup-test
	$(BIN)/pytest -n auto --dist loadgroup -m slow
	HYPOTHESIS_PROFILE=larger $(BIN)/pytest -n auto -m law

bench: setup-test
	$(BIN)/python benchmarks/language.py
	$(BIN)/python benchmarks/render.py
	$(BIN)/python benchmarks/issue.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/usage.py

format: setup-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/invoicer fmt rules
	$(BIN)/python -m tests.docs.layout

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache

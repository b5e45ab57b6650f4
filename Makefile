# The front door. `make help` lists what it does. Nothing is needed beforehand but make, git and Python 3.11 or newer.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCKED := --require-hashes --only-binary :all:

# One lock for every supported Python on Linux and macOS, with hashes and without a registry's address.
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
           --generate-hashes --no-annotate --no-emit-index-url --no-strip-extras $(ARGS)

# A second run does nothing: each step leaves a stamp inside .venv, and a changed lock makes its step run again.
MADE    := $(VENV)/.made
RUNTIME := $(VENV)/.runtime
PACKAGE := $(VENV)/.package
DEV     := $(VENV)/.dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench docs reference lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(DEV) ## make .venv with everything locked; the others do what they need of it first

demo: $(PACKAGE) ## load real public history into a local store and show today's tasks
	@$(BIN)/midstream demo --serve

test: $(DEV) ## run the whole test suite
	@$(BIN)/python -m pytest -n 2 -q -rs

check: $(DEV) ## lint, types, import contracts, house rules, docs
	@failed=; \
	gate() { name="$$1"; shift; echo "== $$name"; "$$@" || failed="$$failed $$name"; }; \
	gate lint $(BIN)/ruff check --quiet .; \
	gate format $(BIN)/ruff format --quiet --diff .; \
	gate types $(BIN)/mypy --no-error-summary; \
	gate imports $(BIN)/lint-imports --no-logo; \
	gate house $(BIN)/python -m pytest -q tests/house; \
	gate docs $(MAKE) --no-print-directory docs; \
	if [ -n "$$failed" ]; then echo "check failed:$$failed" >&2; exit 1; fi; \
	echo "check passed"

bench: $(DEV) ## measure: name, value, limit, ok | short | not run (ONLY=name REPO=path DATA=path)
	@$(BIN)/python -m bench $(ONLY:%=--only=%) $(REPO:%=--repo=%) $(DATA:%=--data=%)

docs: $(DEV) ## build docs/_build/html, warnings are errors
	@$(BIN)/sphinx-build -W -n --keep-going -q -b html docs docs/_build/html

reference: $(DEV) ## remake the pages of docs/reference that follow from the code
	@$(BIN)/python docs/make_reference.py

lock: $(DEV) ## remake requirements/*.txt from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	@$(COMPILE) --constraint requirements/runtime.txt --group build --output-file requirements/build.txt
	@$(COMPILE) --constraint requirements/runtime.txt --extra postgres --extra schemas --extra fleet --group dev pyproject.toml --output-file requirements/dev.txt
	@$(COMPILE) --constraint requirements/dev.txt --group spark --output-file requirements/spark.txt

clean: ## remove what these targets made; a desk's own data in .midstream stays
	@rm -rf $(VENV) build dist docs/_build htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Midstream needs Python 3.11 or newer; '$(PYTHON)' is not. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || \
	  { echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(RUNTIME): $(MADE) requirements/runtime.txt requirements/build.txt
	@echo "Installing the locked packages into $(VENV) (once) ..." >&2
	@$(PIP) install $(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

# Nothing is fetched here: hatchling is in the lock.
$(PACKAGE): $(RUNTIME) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV): $(PACKAGE) requirements/dev.txt requirements/spark.txt
	@echo "Installing the locked tools into $(VENV) (once) ..." >&2
	@$(PIP) install $(LOCKED) -r requirements/dev.txt
	@$(PIP) install --require-hashes --only-binary :all: --no-binary pyspark --no-build-isolation -r requirements/spark.txt
	@touch $@

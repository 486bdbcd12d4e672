# The few verbs. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TARGET ?=
PROFILE ?=
KNOWN_FAILING ?=
# A run of the tests starts hundreds of Pythons: without bytecode that is kept each would compile
# the whole suite anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv report survey store docs pictures test lint types protos requirements lock bench clean

help:  ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV)/.ready  ## Set up everything into .venv

# Exact versions with hashes; the build tools are among them, so nothing else is downloaded.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make venv PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

report: venv  ## Measure the reference server, or TARGET=host:port, and write one page
	@$(BIN)/python -m tools.report $(if $(TARGET),--target $(TARGET)) $(foreach file,$(PROFILE),--target-profile $(file)) $(if $(KNOWN_FAILING),--known-failing $(KNOWN_FAILING))

test: venv lint types  ## Lint, strict types, every test (generated files among them)
	$(BIN)/python -m pytest -n 4 --dist worksteal

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

survey: venv  ## Measure every target of TARGETS=file.toml and write one page into site/
	@$(BIN)/python -m reports survey $(or $(TARGETS),$(error name the file of targets: make survey TARGETS=targets.toml)) -o site

store: venv  ## Measure ONLY="a target" of reports/results/targets.toml, or all of them, into the store
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m reports survey reports/results/targets.toml \
	  $(if $(ONLY),--only "$(ONLY)") --results reports/results -o out/store

docs: venv  ## Build the site of docs/ with the pages of all stored results, in site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "site: site/index.html"

pictures: venv  ## Take the pictures of docs/ again: terminal, and pages of the stored results
	@$(BIN)/python -m tools.pictures

types: venv
	$(BIN)/mypy

protos: venv  ## Regenerate the modules, stubs and calls from the .proto files
	$(BIN)/python -m tools.generate_protos

requirements: venv  ## List every requirement of the corpus in docs/requirements.md
	$(BIN)/python -m tools.requirements

lock: venv  ## Pin the newest versions that pyproject.toml allows, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev --group docs \
	  --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -o requirements.lock

bench: venv  ## Time each RPC, one call at a time, and compare with the last time
	$(BIN)/python -m pytest tests/benchmarks -o python_files='bench_*.py' -o python_functions='bench_*' \
	  --benchmark-autosave $(if $(wildcard .benchmarks/*/*.json),--benchmark-compare)

clean:  ## Remove what the other verbs made
	rm -rf $(VENV) out site .mypy_cache .ruff_cache .pytest_cache .benchmarks

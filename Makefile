# One command each, on a fresh machine too: an environment in .venv from requirements.lock, hashes enforced.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# without bytecode every process pays its imports twice over
unexport PYTHONDONTWRITEBYTECODE
# settings of the machine do not choose what is installed
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

PYTHON ?= python3
QUARTER ?= 2026Q3
BIN := .venv/bin
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r pyproject.toml -c requirements.lock

.PHONY: help report test lint lab bench scale proofs lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

report: $(BIN)/.runtime data/sample/truth.json $(BIN)/.selftest ## the newest quarter of the made-up company as a report
	@echo "== executing the notebooks for $(QUARTER)"
	@$(BIN)/cxlab run $(QUARTER)
	@echo "== open reports/$(QUARTER)/index.html"

test: $(BIN)/.dev ## the test suite
	@echo "== testing"
	@$(BIN)/python -m pytest -n 2 -q
	@echo "== all tests passed"

lint: $(BIN)/.dev ## style, types, and notebooks without outputs
	@echo "== linting"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb
	@echo "== nothing to complain about"

lab: $(BIN)/.runtime data/sample/truth.json ## JupyterLab on the notebooks
	@echo "== JupyterLab in notebooks/ (end it with Ctrl-C)"
	@$(BIN)/python -m cxlab.run.lab

bench: $(BIN)/.dev ## time, memory and sizes, written to tests/benchmarks/README.md
	@$(BIN)/python tests/benchmarks/measure.py

scale: $(BIN)/.dev ## companies of 1 to 50 million, measured for hours and written there too (SIZES=1000000)
	@$(INSTALL) --group pyproject.toml:bench
	@$(BIN)/python -W ignore tests/benchmarks/at_scale.py all $(if $(SIZES),--sizes $(SIZES))

proofs: $(BIN)/.dev ## measured coverage of the intervals, written to tests/proofs/README.md
	@$(BIN)/python -m pytest -q tests/proofs --override-ini addopts="-p no:cacheprovider --import-mode=importlib"
	@echo "== all proofs hold"

lock: $(BIN)/.dev ## bring requirements.lock up to pyproject.toml (UPGRADE=--upgrade moves the pins)
	$(BIN)/uv pip compile pyproject.toml --group dev --group bench --all-extras --universal --fork-strategy fewest \
	  --generate-hashes --no-header --no-annotate $(UPGRADE) -o requirements.lock

clean: ## remove the environment and the caches; data and reports stay
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	find cxlab tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "== removed .venv and caches; data/ and reports/ are untouched"

data/sample/truth.json: | $(BIN)/.runtime
	@echo "== making up a company of 20,000 customers in data/sample"
	@$(BIN)/cxlab synth --customers 20000 --seed 7 --to data/sample

# what is known is asked of this machine once for each state of the code; the foot of every page says how it came out
$(BIN)/.selftest: $(BIN)/.runtime $(shell find cxlab -name '*.py')
	@echo "== asking cxlab for answers that are known (cxlab selftest)"
	@$(BIN)/cxlab selftest > $@.txt || { tail -n 3 $@.txt; echo "== not every known answer came back: the pages say so"; }
	@touch $@

$(BIN)/.uv: requirements.lock
	@command -v $(PYTHON) > /dev/null || { echo "cxlab needs Python 3.11 or newer; '$(PYTHON)' is not installed" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cxlab needs Python 3.11 or newer;" \
	  "'$(PYTHON)' is $$($(PYTHON) -V 2>&1); say which one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "== making .venv with $$($(PYTHON) -V)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@touch $@

$(BIN)/.runtime: $(BIN)/.uv pyproject.toml requirements.lock
	@echo "== installing from requirements.lock"
	@$(INSTALL) --group pyproject.toml:build
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@$(BIN)/python -c "import cxlab.run.quarterly, cxlab.churn, cxlab.synth, ipykernel.kernelapp" # writes their bytecode, once
	@touch $@

$(BIN)/.dev: $(BIN)/.runtime
	@echo "== installing what the tests need"
	@$(INSTALL) --group pyproject.toml:dev --extra postgres
	@touch $@

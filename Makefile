# Two commands are enough: `make run` and `make test`. `make help` lists the others.
# On a bare Debian, first: apt-get install git make python3-venv

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
JOBS   ?= 2
# What tests write goes with its folder, however they end.
IN_A_FOLDER = TMPDIR=$$(sh scripts/test-folder) && export TMPDIR && trap 'rm -rf "$$TMPDIR"' EXIT &&

# Some systems forbid compiled modules beside the sources: each process would compile all it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test test-all check fix bench shots models train i18n lock clean

help:
	@echo "make run       opens the invented example in the web app, and prints its address"
	@echo "make test      runs the tests (Chromium included when it is there or may be installed)"
	@echo "make test-all  also the slow ones"
	@echo "make check     format, lint, types, import borders"
	@echo "make fix       formats, sorts imports, writes again the tables of new workspaces, of docs"
	@echo "make bench     every file of benchmarks/, with its ratio"
	@echo "make shots     takes the screenshots of README, docs and the illustrated guide again"
	@echo "make models    installs what a triage model of your own needs (docs/triage.md)"
	@echo "make train     makes the triage model again from the shared data, and writes its card"
	@echo "make i18n      extracts and compiles the messages; fails on a missing one"
	@echo "make lock      hash-locked requirements, without any host"
	@echo "make clean     removes what make made (never a workspace)"

run: $(VENV)/.base
	@$(BIN)/python -m saisine.cli.demo exemple --port $(PORT)

test: $(VENV)/.dev
	@sh scripts/debian-packages test
	@$(IN_A_FOLDER) $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not slow"

test-all: $(VENV)/.dev $(VENV)/.models
	@sh scripts/debian-packages test
	@$(IN_A_FOLDER) $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

check: $(VENV)/.dev
	@$(BIN)/ruff format --check src tests benchmarks scripts
	@$(BIN)/ruff check src tests benchmarks scripts
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_borders.py

fix: $(VENV)/.dev
	@$(BIN)/ruff format src tests benchmarks scripts
	@$(BIN)/ruff check --fix src tests benchmarks scripts
	@$(BIN)/python scripts/write_cli_docs.py
	@$(BIN)/python scripts/write_law_docs.py
	@$(BIN)/python scripts/write_schema.py

bench: $(VENV)/.dev
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

shots: $(VENV)/.dev
	@sh scripts/debian-packages test
	@SAISINE_SHOTS=docs/screenshots $(BIN)/python -m pytest tests/e2e/test_walkthrough.py -k "ten_minutes or in_english"
	@$(BIN)/python scripts/small_screenshots.py

models: $(VENV)/.models

train: $(VENV)/.dev
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m saisine.findings.triage.training.train

i18n: $(VENV)/.dev
	@$(BIN)/python scripts/compile_messages.py

lock: $(VENV)/.uv
	@for part in uv base dev models; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header requirements/$$part.in -o requirements/$$part.txt; done

clean:
	rm -rf $(VENV) build test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/*.egg-info

# --- the environment ---------------------------------------------------------------------------

$(VENV)/.uv: requirements/uv.txt
	@sh scripts/make-venv $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.uv requirements/base.txt pyproject.toml
	@sh scripts/install $(VENV) requirements/base.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@sh scripts/install $(VENV) requirements/dev.txt
	@touch $@

$(VENV)/.models: $(VENV)/.base requirements/models.txt
	@sh scripts/install $(VENV) requirements/models.txt
	@touch $@

# make run    the shortest way to a crashed market
# make test   everything a change must pass
# make bench  speed beside peers and floors, see benchmarks/README.md
# make pages  rulebook pages in docs, from TOML files and docstrings
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Two processes, a run of neighbours each: tests of one module share what it compiled and the runs it keeps. The one that is done
# first takes over half of what the other has left.
PYTEST_ARGS ?= -n 2 --dist worksteal
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test lint types imports fast bench pages clean

run: $(VENV)/.installed
	$(BIN)/unhedged run october-2025-small --seed 9 --replicates 1

test: lint types imports
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

fast: $(VENV)/.dev
	$(BIN)/python -m pytest -x -m "not slow and not statistical" $(PYTEST_ARGS)

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	touch $@

# The build backend is installed first and without isolation, so that its version is pinned too.
$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt hatchling
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	touch $@

pages: $(VENV)/.installed
	$(BIN)/python docs/rulebook/build.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

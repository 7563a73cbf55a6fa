# make demo   the main job on a generated study, into build/demo/
# make test   installs what tests need and passes them
# make lint   style, types, layer contracts
# make bench  speed ratios, into build/bench.json
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Pins every package, direct and indirect, so that two machines install the same.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt
PINS := pyproject.toml .ci/constraints.txt

.PHONY: help demo test lint bench clean

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.demo
	@rm -rf build/demo
	@mkdir -p build/demo
	$(BIN)/opradiomics simulate --out build/demo/study --seed 1
	$(BIN)/opradiomics predict build/demo/study --out build/demo
	@echo "Open build/demo/report.html"

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test
	$(BIN)/python Testing/Benchmarks/bench.py

clean:
	rm -rf $(VENV) build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python $(PINS)
	$(PIP) --editable .
	@touch $@

# torch comes by its pin alone and first: a range would draw gigabytes of CUDA. PyRadiomics has no wheel for this Python and
# builds against the installed numpy, so it comes last and without build isolation.
$(VENV)/.test: $(VENV)/.demo
	$(PIP) torch==2.13.0
	$(PIP) --editable ".[cohort,training,test]"
	$(PIP) setuptools wheel
	$(PIP) --no-build-isolation pyradiomics==3.0.1
	@touch $@

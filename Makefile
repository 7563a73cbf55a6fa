# make demo   the main job on a generated study, into build/demo/
# make test   installs what tests need and passes them
# make test-mrml   the part of them that needs Slicer's scene, in an environment of its own
# make lint   style, types, layer contracts
# make translations   the panel's strings into Resources/Translations, compiled with Qt's lrelease
# make bench  speed ratios, into build/bench.json
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Pins every package, direct and indirect, so that two machines install the same.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt
PINS := pyproject.toml .ci/constraints.txt

MRML_VENV := .venv-mrml
MRML_PIP := $(MRML_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	--constraint .ci/constraints.txt --constraint .ci/constraints-mrml.txt

.PHONY: help demo test test-mrml lint translations bench clean

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.demo
	@rm -rf build/demo
	@mkdir -p build/demo
	$(BIN)/opradiomics simulate --out build/demo/study --seed 1
	$(BIN)/opradiomics predict build/demo/study --out build/demo
	@echo "Open build/demo/report.html"

test: $(VENV)/.test test-mrml
	$(BIN)/python -m pytest

test-mrml: $(MRML_VENV)/.test
	$(MRML_VENV)/bin/python -m pytest Testing/MRML

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

translations: $(VENV)/bin/python
	$(BIN)/python .ci/translations.py

bench: $(VENV)/.test
	$(BIN)/python Testing/Benchmarks/bench.py

clean:
	rm -rf $(VENV) $(MRML_VENV) build

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

# slicer-core's package `slicer` and the one of that name that shap draws exclude each other: two environments.
$(MRML_VENV)/.test: $(PINS) .ci/constraints-mrml.txt
	$(PYTHON) -m venv $(MRML_VENV)
	$(MRML_PIP) --editable . pytest slicer-core
	@touch $@

# make demo   the main job on a generated study, into build/demo/
# make test   installs what tests need and passes them
# make test-mrml   the part of them that needs Slicer's scene, in an environment of its own
# make lint   style, types, layer contracts
# make translations   the panel's strings into Resources/Translations, compiled with Qt's lrelease
# make paper  a simulated two-centre study to its tables and figures, into build/paper (N=60; N=1095 is the study's size)
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

.PHONY: help demo test test-mrml lint translations bench paper clean

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

# Every step goes on where it stopped. The images of N=1095 take some 13 GB. Of few patients the external centre gets a larger
# share than the study's 134 of 1095, fewer are read twice than its 20, there are fewer folds and no third class.
N ?= 60
PAPER := build/paper
PAPER_B := $(shell if [ $(N) -ge 300 ]; then echo $$(( $(N) * 134 / 1095 )); else echo $$(( $(N) * 3 / 10 )); fi)
PAPER_READ := $(shell if [ $(N) -ge 300 ]; then echo 20; else echo 10; fi)
PAPER_FOLDS := $(shell if [ $(N) -ge 300 ]; then echo --classes 3; else echo --folds 3 --lasso-folds 5; fi)
PAPER_WORK := $(PAPER)/work-$(N)
paper: $(VENV)/.test
	$(BIN)/opradiomics simulate --cohort $(N) --centres A:$$(( $(N) - $(PAPER_B) )),B:$(PAPER_B) --seed 2026 --out $(PAPER_WORK)/images
	$(BIN)/opradiomics harvest $(PAPER_WORK)/images/cohort.csv -o $(PAPER_WORK)/acquisition.csv
	$(BIN)/opradiomics cohort $(PAPER_WORK)/images/cohort.csv --out $(PAPER_WORK)/extraction
	$(BIN)/opradiomics split $(PAPER_WORK)/images/cohort.csv --external B --features $(PAPER_WORK)/extraction/features.csv \
	  --failures $(PAPER_WORK)/extraction/failures.csv -o $(PAPER_WORK)/cohort.csv
	$(BIN)/opradiomics icc $(PAPER_WORK)/images/cohort.csv --draw $(PAPER_READ) -o $(PAPER_WORK)/read.csv
	$(BIN)/opradiomics simulate --readers $(PAPER_WORK)/read.csv --out $(PAPER_WORK)/readings
	$(BIN)/opradiomics icc $(PAPER_WORK)/readings -o $(PAPER_WORK)/icc
	$(BIN)/opradiomics paper $(PAPER_WORK)/cohort.csv --features $(PAPER_WORK)/icc/kept_features.txt \
	  --acquisition $(PAPER_WORK)/acquisition_table1.csv --agreement $(PAPER_WORK)/icc \
	  --compare random-forest,svm,gradient-boosting $(PAPER_FOLDS) --simulated --name simulated-study --out $(PAPER)
	@echo "Open $(PAPER)/report.html"

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

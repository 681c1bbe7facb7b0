# Everything runs from a virtual environment in .venv; no step needs anything installed by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
export PLAYBILL_MODELS ?= $(if $(wildcard $(SHARED)/models),$(abspath $(SHARED)/models),)
export PLAYBILL_DATA ?= $(if $(wildcard $(SHARED)/data),$(abspath $(SHARED)/data),)

.PHONY: demo test check judges bench docs clean

demo: $(VENV)/.demo
	$(BIN)/playbill demo

test: $(VENV)/.check
	$(BIN)/pytest -n 2 --dist worksteal

check: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Somebody else's readers that want old versions of what we use, each in an environment of its own; without them their tests are skipped.
judges: .venv-peers/datumaro/.made

bench: $(VENV)/.check
	$(BIN)/python -m benchmarks

docs: $(VENV)/.check
	$(BIN)/python -m tools.reference

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

.venv-peers/datumaro/.made:
	$(PYTHON) -m venv .venv-peers/datumaro
	.venv-peers/datumaro/bin/pip install --quiet 'datumaro>=1.13,<2'
	touch $@

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[demo]'
	touch $@

$(VENV)/.check: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --editable '.[check]'
	touch $@ $(VENV)/.demo

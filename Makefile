# Everything that can be done with the project. `make` alone prints it; continuous integration calls the same targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DATA ?=
DAG ?= train
CONF ?= {}
WORKERS ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo up down dags-test test test-fast lint format types walls check wheel bench lock clean clean-all

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=python3.12 chooses another interpreter for the set-up; DATA=path/to.csv other customers for the demo."

setup: $(STAMP) ## install everything into .venv; done by every other target when needed

demo: $(STAMP) ## run the whole lifecycle and stop; DATA=path takes a real CSV
	$(BIN)/python -m demo run $(if $(DATA),--data "$(DATA)")

up: $(STAMP) ## start workspace and Airflow, and leave them running
	$(BIN)/python -m demo up

down: $(STAMP) ## stop what `make up` started
	$(BIN)/python -m demo down

dags-test: $(STAMP) ## `airflow dags test` of DAG=train with CONF='{"max_depth": 8}' against what `make up` started
	$(BIN)/python -m demo dags-test $(DAG) --conf '$(CONF)'

test: $(STAMP) ## all tests, the whole lifecycle included
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

test-fast: $(STAMP) ## all tests but the whole lifecycle
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not e2e"

lint: $(STAMP) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP) ## let ruff correct what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

walls: $(STAMP) ## the parts import only what they may
	$(BIN)/lint-imports

check: lint types walls ## lint, types and walls

wheel: $(STAMP) ## build dist/churn-*.whl
	$(BIN)/python -m hatchling build --target wheel

bench: $(STAMP) ## measure; DATA=path takes a real CSV
	$(BIN)/python -m benchmarks $(if $(DATA),--data "$(DATA)")

lock: $(STAMP) ## resolve pyproject.toml into requirements.txt, with hashes
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		pyproject.toml --group airflow --group workspace --group compose --group demo --group dev -o requirements.txt

clean: ## stop the stack and delete what it, the tests and the build left
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m demo down; fi
	rm -rf .local dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

clean-all: clean ## and .venv
	rm -rf $(VENV)

# The lock names every package, so nothing is left to resolve. The project itself is installed as links to its folders.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is older or missing: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	@echo "Installing into $(VENV); this takes a few minutes the first time. 'make' does it again when the lock changes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m demo prepare
	@touch $@

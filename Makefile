# Everything that can be done with the project. `make` alone prints it; continuous integration calls the same targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DATA ?=
REAL_DATA = $(if $(DATA),CHURN_DATA="$(DATA)")
DAG ?= train
CONF ?= {}
WORKERS ?= 2
TARGET ?= dev
# Not in the package index as a wheel; Go's own index holds its checksum.
ACTIONLINT ?= go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
ENV_FILE ?= .env
# Docker Compose 2 where Docker has it, docker-compose 1.29 otherwise; sought when it is used.
DOCKER_COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
COMPOSE = $(DOCKER_COMPOSE) --env-file $(ENV_FILE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo up down dags-test test test-fast test-integration lint format types walls check \
	audit audit-code audit-workflows audit-dependencies wheel dist deploy publish tag-check bench lock clean clean-all \
	compose-env compose-up compose-demo compose-wheel compose-logs compose-down compose-clean compose-test

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
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

test: $(STAMP) ## all tests, the whole lifecycle included; DATA=path adds those on IBM's Telco dataset
	$(REAL_DATA) $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test-fast: $(STAMP) ## all tests but the whole lifecycle
	$(REAL_DATA) $(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not e2e"

test-integration: $(STAMP) ## the wheel's jobs, in the workspace of DATABRICKS_HOST and DATABRICKS_TOKEN or else in a local one
	$(BIN)/pytest tests/integration

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

audit: audit-code audit-workflows audit-dependencies ## look for insecure code and workflows, and known vulnerabilities

audit-code: $(STAMP)
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive include plugins dags benchmarks

audit-workflows: $(STAMP)
	$(BIN)/zizmor --quiet --offline --persona auditor .github
	$(ACTIONLINT)

# Strict: where the package index tells nothing of a package, the audit has failed, not passed.
audit-dependencies: $(STAMP)
	$(BIN)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes --requirement requirements.txt

wheel: $(STAMP) ## build dist/churn-*.whl
	rm -f dist/churn-*.whl
	$(BIN)/python -m hatchling build --target wheel

dist: wheel ## the wheel and dist/SHA256SUMS
	cd dist && sha256sum churn-*.whl > SHA256SUMS

deploy: $(STAMP) ## upload the wheel of `make wheel` to the workspace of the environment TARGET=prod
	$(BIN)/churn deploy --env "$(TARGET)" --wheel dist/churn-*.whl

publish: ## make the GitHub release of TAG=v1.2.3 with what is in dist and notes from the pull requests
	gh release create "$$TAG" dist/* --verify-tag --title "churn $$TAG" --generate-notes

tag-check: ## does TAG=v1.2.3 name the version of the package?
	@version=$$(sed -n 's/^__version__ = "\(.*\)"$$/\1/p' include/churn/__init__.py); [ "$$TAG" = "v$$version" ] || \
		{ echo "The tag '$$TAG' does not name the version of include/churn/__init__.py: it should be v$$version"; exit 1; }

bench: $(STAMP) ## measure; DATA=path takes a real CSV
	$(BIN)/python -m benchmarks $(if $(DATA),--data "$(DATA)")

lock: $(STAMP) ## resolve pyproject.toml into requirements.txt, with hashes
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		pyproject.toml --group airflow --group workspace --group compose --group demo --group dev --group audit \
		-o requirements.txt

compose-env: ## write secrets for the compose stack into .env, unless it is there
	@$(PYTHON) docker/generate_env.py $(ENV_FILE)

compose-up: compose-env ## build the images, start the compose stack, wait until it is healthy
	$(COMPOSE) build database workspace
	$(COMPOSE) up -d
	@docker/wait-until-healthy $(COMPOSE)
	@echo "Airflow    http://$$($(COMPOSE) port api-server 8080)  (user admin, password AIRFLOW_ADMIN_PASSWORD in $(ENV_FILE))"
	@echo "Workspace  http://$$($(COMPOSE) port workspace 8765)  (token WORKSPACE_TOKEN in $(ENV_FILE))"

compose-demo: $(STAMP) ## run the whole lifecycle in the compose stack; DATA=path takes a real CSV
	$(BIN)/python -m demo lifecycle --env-file $(ENV_FILE) $(if $(DATA),--data "$(DATA)")

compose-wheel: ## build the wheel from include/churn as it is now, and upload it to the stack's workspace
	$(COMPOSE) run --rm init

compose-logs: ## print the compose stack's logs
	$(COMPOSE) logs --tail=200

compose-down: ## stop the compose stack; its data stays
	$(COMPOSE) down

compose-clean: ## stop the compose stack and delete its data; .env and the images stay
	$(COMPOSE) down --volumes --remove-orphans

compose-test: $(STAMP) ## test a compose stack of its own, killing parts of it; needs a Docker engine, takes many minutes
	$(BIN)/pytest --compose tests/compose

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

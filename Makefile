# `make` lists the targets. Everything that they install goes to .venv and dashboard_web.

.DEFAULT_GOAL := help
.PHONY: help install web up down status test lint lint-sql typecheck test-web test-python lock bench-ingest bench-build bench-build-50m bench-query soak faults

VENV := .venv
BIN := $(VENV)/bin
SUPPORTED := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
FIND_PYTHON := for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c '$(SUPPORTED)' 2>/dev/null && echo $$python && break; done
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input
UV_COMPILE := uv pip compile --universal --generate-hashes --no-header --quiet

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## Create .venv with everything in requirements.lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@if [ ! -x $(BIN)/python ]; then \
		python=$$($(FIND_PYTHON)); \
		if [ -z "$$python" ]; then \
			echo "error: no Python 3.11, 3.12 or 3.13 with the venv module was found" >&2; exit 1; fi; \
		echo "Creating $(VENV) with $$($$python --version)"; \
		$$python -m venv $(VENV); fi
	@echo "Installing the packages of requirements.lock; the first time takes a few minutes"
	@$(PIP) --quiet --require-hashes --no-deps -r requirements.lock
	@$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

web: install ## Build the dashboard's web bundle, if its sources changed
	@$(BIN)/python -m stack.web_bundle build

up: install web ## Start the platform until Ctrl-C; DETACH=1 returns once it is ready
	@$(BIN)/analytics up $(if $(DETACH),--detach)

down: install ## Stop the platform
	@$(BIN)/analytics down

status: install ## Show every process with its health and memory
	@$(BIN)/analytics status

test: lint typecheck test-web test-python ## Run every check and test

lint: install ## Check the style and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

lint-sql: install ## Check the style of the models, against a ClickHouse of its own
	$(BIN)/pytest -q tests/dbt_project/test_sql_style.py

typecheck: install ## Check the types
	$(BIN)/mypy

test-web: install ## Check and test the web application
	$(BIN)/python -m stack.web_bundle check

test-python: install web ## Run the Python tests in three processes; ARGS="-k funnel" selects
	$(BIN)/pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder $(ARGS)

bench-ingest: install ## Measure ingest; needs wrk; ARGS="--seconds 20" for a short run
	$(BIN)/python -m benchmarks.ingest $(ARGS)

bench-build: install ## Measure what building the marts of 10 million events costs; ARGS="--events 1000000"
	@$(BIN)/python -m benchmarks.build $(ARGS)

bench-build-50m: install ## Measure builds of 1, 10 and 50 million events; takes over an hour
	@$(BIN)/python -m benchmarks.build --events 1000000 10000000 50000000

bench-query: install ## Measure answers from 10 million events beside SQL by hand; ARGS="--events 1000000"
	@$(BIN)/python -m benchmarks.query $(ARGS)

soak: install ## Watch the memory of ingest under a steady load for ten minutes
	$(BIN)/python -m benchmarks.soak $(ARGS)

faults: install ## Disturb ingest in every way, for some 20 minutes; ARGS="-k disk" selects
	@$(BIN)/python -m tests.faults $(ARGS)

lock: ## Resolve the dependencies anew into the lock files (needs uv)
	$(UV_COMPILE) --all-extras pyproject.toml --output-file requirements.lock
	$(UV_COMPILE) --group node --output-file requirements-node.lock

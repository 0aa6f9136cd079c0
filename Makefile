# Everything a developer or operator types. CI calls these and nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test test-fast lint fix bench migration assets lock train-receipts

PORT ?= 8000
HOST ?= 127.0.0.1
ARGS ?=
export PORT HOST PYTHON

BIN := .venv/bin
PY := $(BIN)/python
FLASK := $(PY) -m flask --app wsgi
FAST := $(wildcard $(addprefix tests/,domain rules ingest ml services))
LOCK := $(PY) -m piptools compile --upgrade --quiet --strip-extras --no-annotate \
	--no-emit-find-links --no-emit-index-url --no-emit-options

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Create .venv and install what FinTrak runs on (PYTHON=… picks the interpreter)
	@scripts/setup

setup-dev:
	@scripts/setup --dev

run: setup ## Serve on http://127.0.0.1:8000 (PORT=… for another port)
	@echo "  FinTrak: http://$(HOST):$(PORT)   (Ctrl+C stops it; PORT=9000 make run moves it)"
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/run

demo: setup ## Serve with a demo user whose books hold two years of invented data
	@$(FLASK) db upgrade
	@$(FLASK) demo
	@$(MAKE) --no-print-directory run

test: setup-dev ## Run every test (ARGS="-k transfer" for some)
	@$(PY) -m pytest -n auto $(ARGS)

test-fast: setup-dev ## Run what needs no browser, no server and no patience
	@$(PY) -m pytest -n 0 --databases sqlite -m "not slow and not browser" $(FAST) $(ARGS)

lint: setup-dev ## Check style, types, layers and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --check --lint app/templates
	git ls-files -z | xargs -0 $(PY) scripts/check_text.py

fix: setup-dev ## Repair what lint can repair by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint --quiet --reformat app/templates

bench: setup-dev ## Measure the pages and write docs/benchmarks.md (takes a while)
	$(PY) -m benchmarks.pages --rows 1000,10000,100000,1000000 $(ARGS)

migration: setup-dev ## Write a migration from the models: make migration m="add goals"
	@test -n '$(m)' || { echo 'Say what it does: make migration m="add goals"' >&2; exit 1; }
	$(FLASK) db migrate -m '$(m)'

assets: setup ## Fetch the front-end packages of package-lock.json again
	$(PY) scripts/assets.py

lock: setup-dev ## Pin the newest packages that requirements*.in allow (run it with the oldest Python, 3.11)
	$(LOCK) --output-file=requirements.txt requirements.in
	$(LOCK) --output-file=requirements-dev.txt requirements-dev.in

train-receipts: setup-dev ## Train the receipt rankers: make train-receipts DIRS="labelled/one labelled/two"
	@test -n '$(DIRS)' || { echo 'Name folders of labelled receipts: make train-receipts DIRS="a b"' >&2; exit 1; }
	$(PY) -m benchmarks.train_receipts $(DIRS) $(ARGS)

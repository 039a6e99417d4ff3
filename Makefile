# The same commands for people and for CI. Everything is set up in .venv, by the first command that needs it.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
FRONT  := hatch_build.py $(wildcard frontend/*.js* frontend/src/*)

.DEFAULT_GOAL := help
.PHONY: help serve test interop lint format docs bench soak wheel clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

serve: $(VENV)/.run ## Check the data, build a release and serve it on http://127.0.0.1:8000
	$(BIN)/policygraph serve --port $(PORT)

test: $(VENV)/.dev ## Check the data and run every test that needs no foreign program
	$(BIN)/policygraph validate
	$(BIN)/python hatch_build.py test
	$(BIN)/pytest --ignore=tests/interop

interop: $(VENV)/.dev ## Install foreign programs (Comunica, Virtuoso, nginx ...) and try them with ours
	sh scripts/interop $(BIN)/python
	$(BIN)/pytest tests/interop

lint: $(VENV)/.dev ## Style, types, canonical Turtle, fresh documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python hatch_build.py check
	$(BIN)/policygraph fmt --check
	$(BIN)/python docs/generate.py --check

format: $(VENV)/.dev ## Put code and Turtle in canonical form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/policygraph fmt

docs: $(VENV)/.dev ## Generate the pages of docs/ that come from the ontology, the commands and the settings
	$(BIN)/python docs/generate.py

bench: $(VENV)/.dev ## Measure against other SPARQL servers, which are installed for it (less than 20 minutes)
	$(BIN)/python -m benchmarks.run

soak: $(VENV)/.dev ## Keep a server under mixed load and misfortune for half an hour
	$(BIN)/python -m benchmarks.soak

wheel: $(VENV)/.dev ## Build the wheel into dist/
	rm -rf dist
	$(BIN)/python -m build --wheel --outdir dist .

clean: ## Remove what was made here (the cache of releases stays)
	rm -rf $(VENV) dist build src/policygraph/web/static/built frontend/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	PYTHON="$(PYTHON)" sh scripts/venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt $(FRONT)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt $(FRONT)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,dev]'
	touch $@ $(VENV)/.run

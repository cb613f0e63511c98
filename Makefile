# What one types: `make run` to see Brobygg, `make test` before a change is sent. Everything installs itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DIST := crm/web/static/dist/manifest.json
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard */translations/*/LC_MESSAGES/*.po plugins/*/translations/*/LC_MESSAGES/*.po))
TRANSLATED := crm surveys outreach $(patsubst %/translations,%,$(wildcard plugins/*/translations))
LANGUAGES := sv nb da
ARGS ?=
# A venv's own node (see requirements/node.in) goes before the system's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install install-test assets theme catalogues run test gate lint bench soak pictures lock translations wheel clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

install: $(VENV)/.run assets catalogues ## the product and what it needs, in .venv

install-test: $(VENV)/.test install ## the same with what tests need; asks apt for missing programs
	@requirements/programs.sh

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Install the venv module (Debian: apt-get install python3-venv)"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(BIN)/python -m pip install -q --require-hashes -r requirements/test.txt
	@touch $@

assets: $(DIST) ## style sheets and scripts (crm/web/static/dist)

$(DIST): package.json package-lock.json .npmrc $(wildcard crm/web/assets/*) $(wildcard */assets/*.js) | $(VENV)/.run
	@command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' \
	  || { echo "No Node 18 or newer: taking one from PyPI"; $(BIN)/python -m pip install -q --require-hashes -r requirements/node.txt; }
	npm ci --ignore-scripts --omit=dev --silent
	node crm/web/assets/build.mjs

theme: ## colours again, after a change of designsystemet.config.json (Node 20 or newer)
	npm ci --ignore-scripts --silent
	node crm/web/assets/theme.mjs

catalogues: $(CATALOGUES) ## translations, compiled

%.mo: %.po | $(VENV)/.run
	@$(BIN)/pybabel -q compile -i $< -o $@

run: install ## the product with sample data on this machine
	@exec $(BIN)/brobygg run-dev $(ARGS)

# The tests' databases are made for seconds: in memory where the machine has such a folder, which saves them the disk.
TEST_FOLDER := $(shell test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp})

# Three workers for two cores: tests with a browser, with servers or with killed senders wait half of their time. A file
# stays with one worker, so that what its tests share is made once; tests/conftest.py says which files begin.
test: install-test ## every test (make test ARGS="tests/web -k layout")
	TMPDIR=$(TEST_FOLDER) $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

gate: lint wheel ## what must hold besides the tests
	$(BIN)/python -m tests.house.wheel_check dist/*.whl

lint: $(VENV)/.test ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-test ## the benchmarks
	$(BIN)/python -m bench $(ARGS)

soak: install-test ## a thousand killed senders, two hundred broken browsers; the report is docs/soak-report.md
	$(BIN)/python -m tests.faults.soak --kills 1000 $(ARGS)

pictures: install-test ## pictures of the documentation again (docs/pictures)
	$(BIN)/python -m tests.pictures.take

lock: requirements/run.in requirements/test.in requirements/node.in ## requirements/*.txt again, with hashes, and package-lock.json
	@test -x build/lock/bin/uv || { $(PYTHON) -m venv build/lock && build/lock/bin/python -m pip install -q uv; }
	for name in run test node; do \
	  build/lock/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	npm install --package-lock-only --ignore-scripts --silent

translations: $(VENV)/.run ## texts found in the code, brought into the catalogues
	@for folder in $(TRANSLATED); do \
	  mkdir -p $$folder/translations; \
	  $(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k lazy_pgettext:1c,2 -k N_ --no-location --sort-output --project Brobygg \
	    --copyright-holder "the Brobygg authors" -o $$folder/translations/messages.pot $$folder || exit 1; \
	  for language in $(LANGUAGES); do \
	    task=init; options=; \
	    if test -f $$folder/translations/$$language/LC_MESSAGES/messages.po; then task=update; options="--no-fuzzy-matching --ignore-obsolete"; fi; \
	    $(BIN)/pybabel -q $$task $$options -l $$language -i $$folder/translations/messages.pot -d $$folder/translations || exit 1; \
	  done; \
	  rm $$folder/translations/messages.pot; \
	done

wheel: install-test ## dist/brobygg-*.whl, assets and translations included
	rm -f dist/*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

clean: ## everything that can be made again; keeps var/
	rm -rf $(VENV) node_modules build dist crm/web/static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -not -path './$(VENV)/*' -delete

# One command a job, the same for a person and for CI. It needs make and Python 3.11 or newer, nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# The default python3 if it is new enough, else the first of these that is.
PYTHON ?= $(shell for name in python3 python3.12 python3.11 python3.13; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9

.PHONY: help build test test-all test-browser ci-slim mutate bench lint check docs dist release-notes release lock clean

help:
	@echo "make build   build the demo company from data/demo, publish it and print its scorecard"
	@echo "make test    run the tests that a change to a model, a macro or the command needs"
	@echo "make test-browser  look at the dashboard with Chromium (Debian: apt-get install chromium)"
	@echo "make lint    check how Python, SQL and YAML read, and the project's conventions"
	@echo "make check   lint, and run all tests: of every spelling, system and damage, too"
	@echo "make ci-slim build and test only what differs from the last kpis run, and what reads it (STATE=folder of its manifest)"
	@echo "make mutate  change rules on purpose, and tell which change no test notices (SEED=1 COUNT=8 KIND=\"models seeds\")"
	@echo "make bench   measure a run by scale, beside the floor of its own SQL (SCALES=\"0.02 0.1\"; 1 has 25 million raw rows)"
	@echo "make build-spark   build and test the demo company on Spark, in an environment of its own"
	@echo "make run-spark     build it there and publish it"
	@echo "make test-spark    compare Spark with DuckDB, row by row, with all tests"
	@echo "make parity-spark  compare them if anything that Spark builds has changed since it was last proven"
	@echo "make docs    build the demo company, write the KPI catalog of docs/ from it, and all pages to build/site/"
	@echo "make dist    build the wheel and the sdist into dist/"
	@echo "make release make a release of GitHub from dist/ and CHANGELOG.md (TAG=v0.1.0, with gh)"
	@echo "make lock    renew requirements.lock and requirements-run.lock from pyproject.toml"
	@echo "make clean   remove everything that make has made, except published/"

build: $(VENV)/installed
	@$(BIN)/kpis run

# The tests of a file share its builds, so a file stays in one process; not in the order of how many tests a file has,
# because the longest builds stand in files of few tests.
test: LANE := -m "not slow"
test test-all: $(VENV)/installed
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(LANE)

# Skipped, and said so, where no Chromium is.
test-browser: $(VENV)/installed
	@SALES_KPIS_TEST_BROWSER=1 $(BIN)/python -m pytest tests/python/browser

# Takes minutes a mutant, so it is no part of `make check`; it works in a copy of the project in build/mutation.
mutate: $(VENV)/installed
	@$(BIN)/python tests/python/mutate.py --seed $(or $(SEED),1) --count $(or $(COUNT),8) $(if $(KIND),--kind $(KIND))

# Linux only: it reads /proc. Writes bench/RESULTS.md; the raw data and builds are in build/bench/.
bench: $(VENV)/installed
	@$(BIN)/python -m bench $(or $(SCALES),0.02 0.1)

lint: $(VENV)/installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=tests $(BIN)/python -m guards

check: lint test-all

# What differs from the last `kpis run`, and what reads it, in schemas of its own (ci_…); all else is read where it lies.
ci-slim: $(VENV)/installed
	@SALES_KPIS_SCHEMA_PREFIX=ci_ $(BIN)/dbt build --select state:modified+ --defer --state $(or $(STATE),build/dbt)

docs: build
	@$(BIN)/kpis catalog --markdown docs/kpi_catalog.md
	@$(BIN)/dbt --quiet docs generate --static --target-path build/dbt_docs
	@$(BIN)/python scripts/docs_site.py

# The environment, made anew whenever the lock or pyproject.toml has changed. `--no-deps` because the lock is complete, and because pip would
# otherwise ask for the package that pyproject.toml excludes, and why. Bytecode is compiled here, even where
# PYTHONDONTWRITEBYTECODE is set, or each start of dbt would take seconds longer.
$(VENV)/installed: requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "This project needs Python 3.11 or newer, and none of python3, python3.12, python3.11, python3.13 is." >&2; \
		echo "Install one, or name it: make build PYTHON=/path/to/python3" >&2; \
		exit 2; \
	fi
	@echo "Making $(VENV) with $$($(PYTHON) --version) …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { \
		echo "python3 -m venv failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@$(BIN)/python -m pip --disable-pip-version-check install -qq --no-compile --no-deps -r requirements.lock
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q -j 0 $(VENV)/lib scripts >/dev/null || true
	@touch $@

# uv works out the versions for every platform and Python; it is needed for nothing else, so it has an environment of its own.
lock:
	@mkdir -p build && $(PYTHON) -m venv build/lock-tool
	@build/lock-tool/bin/python -m pip --disable-pip-version-check install -qq uv==$(UV_VERSION)
	@{ sed -n '/^#/p;/^#/!q' requirements.lock; echo; \
	  build/lock-tool/bin/uv pip compile --quiet --universal --extra dev --extra mcp --extra postgres --no-header --no-annotate \
	    --no-emit-index-url $(LOCK_ARGS) pyproject.toml; \
	  echo "--editable ."; } > build/requirements.lock
	@mv build/requirements.lock requirements.lock
	@grep == requirements.lock > build/versions.txt
	@{ sed -n '/^#/p;/^#/!q' requirements-run.lock; echo; \
	  build/lock-tool/bin/uv pip compile --quiet --universal --constraints build/versions.txt --no-header --no-annotate \
	    --no-emit-index-url pyproject.toml; } > build/requirements-run.lock
	@mv build/requirements-run.lock requirements-run.lock
	@echo "requirements.lock has $$(grep -c == requirements.lock) packages, requirements-run.lock $$(grep -c == requirements-run.lock)."

# The wheel is built from the sdist, unpacked, so that nothing comes into it that is not in the repository.
dist: $(VENV)/installed
	@rm -rf build/dist dist && mkdir -p build/dist
	@{ $(BIN)/python -c 'from setuptools.build_meta import build_sdist; build_sdist("build/dist")' \
	  && tar -xzf build/dist/*.tar.gz -C build/dist && cd build/dist/*/ \
	  && $(abspath $(BIN))/python -c 'from setuptools.build_meta import build_wheel; build_wheel("..")'; \
	} > build/dist.log 2>&1 || { cat build/dist.log >&2; exit 1; }
	@mkdir dist && mv build/dist/*.whl build/dist/*.tar.gz dist/ && rm -rf build/dist
	@ls dist/*

# A tag that is not that of the version, or a version that the changelog says nothing of, stops here.
release-notes: $(VENV)/installed
	@$(BIN)/python scripts/release_notes.py "$(TAG)" > build/release_notes.md

release: release-notes
	@ls dist/*.whl >/dev/null 2>&1 || { echo "There is no wheel in dist/. Build it: make dist" >&2; exit 2; }
	@gh release create "$(TAG)" dist/* --verify-tag --title "$(TAG)" --notes-file build/release_notes.md

clean:
	rm -rf $(VENV) $(SPARK_VENV) dist target logs dashboard.html .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find build -mindepth 1 -not -name .gitkeep -delete
	find scripts tests -name __pycache__ -prune -exec rm -rf {} +
	rm -rf scripts/*.egg-info
	@if [ -e published ]; then echo "published/ stays: someone may be reading it. Remove it by hand."; fi

include spark.mk

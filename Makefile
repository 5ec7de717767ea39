# Each line is something a person could type. `make demo` and `make test` need nothing but Python 3.11-3.13.
PYTHON ?= python3
# Stamped with a hash of what is installed, so that a second run skips the installation.
STAMP := .venv/installed-$(shell cat requirements.lock pyproject.toml | cksum | tr ' ' -)
STAMP_DEV := .venv/installed-dev-$(shell cat requirements-dev.lock pyproject.toml | cksum | tr ' ' -)
PIP := .venv/bin/python -m pip install --quiet --no-deps --disable-pip-version-check

.PHONY: install install-dev demo test test-long screenshots mutate bench lint lock thin

install: $(STAMP)
install-dev: $(STAMP_DEV)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	    { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }

$(STAMP): | .venv/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation -e .
	@touch $@

$(STAMP_DEV): | $(STAMP)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: install
	@.venv/bin/leissner demo --serve

test: lint
	.venv/bin/pytest -m "not long" -n 2 --dist loadfile

test-long: lint
	LEISSNER_LONG=1 .venv/bin/pytest -n 2 --dist loadfile

# Pictures of all pages, at 1280 and 400 pixels, into build/screenshots.
screenshots: install-dev
	LEISSNER_SCREENSHOTS=build/screenshots .venv/bin/pytest -q webui/tests/test_browser.py -k pictures

# Changes 40 places in the functions of logic, one at a time: a test must notice each. Takes hours.
mutate: install-dev
	.venv/bin/python -m leissner.db.tests.mutate

bench: install
	@.venv/bin/leissner bench

lint: install-dev
	.venv/bin/ruff check --quiet
	.venv/bin/python -m leissner.db.tests.lint

# Needs uv (pip install uv); writes no registry address.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	    pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	    --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

# How thin is the Python? Lines of SQL and of Python, tests apart.
thin:
	@printf 'SQL    %6d\n' $$(find db/schema db/functions db/views -name '*.sql' | xargs cat | wc -l)
	@printf 'Python %6d\n' $$(find scripts webui soap -name '*.py' -not -path '*/tests/*' | xargs cat | wc -l)
	@printf 'Tests  %6d\n' $$(find db/tests scripts/tests -name '*.sql' -o -name '*.py' -path '*tests*' | xargs cat | wc -l)

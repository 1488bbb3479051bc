# Every habit of this project is one target. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SPEC   := openapi.yaml
CODE   := wrapper cli mock campaigns tests tools examples bench
# What tests wait for keeps no core busy, so there are more workers than cores.
WORKERS ?= 4
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-cluster check test coverage pythons mock generate drift lint docs docs-serve site pictures soak soak-campaigns bench bench-peers cassettes format build release-check lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

# Node comes first: when it is missing or too old, this fails before a minute of installing Python packages.
setup: mock/node_modules/.ready $(VENV)/.ready ## install Prism and make the virtual environment (the other targets do so themselves)

$(VENV)/.ready: tools/requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "laaffic needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r tools/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

%/node_modules/.ready: %/package.json %/package-lock.json
	@node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || major === 20 && minor >= 19 ? 0 : 1)' \
	  && command -v npm >/dev/null || { echo "laaffic's mocks and checks need Node.js 20.19 or newer, with npm (nodejs.org)"; exit 1; }
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo: setup ## send the provider's documented batch through the SDK and the CLI to the mock
	@$(BIN)/python examples/demo.py

demo-cluster: setup ## post a campaign with two Celery workers and kill one; needs PostgreSQL and a broker, takes a minute
	@PYTHONPATH=tests $(BIN)/python examples/celery_shop/demo_cluster.py

check: lint drift site coverage ## everything that must pass: what .ci/run calls

test: setup tools/node_modules/.ready ## run every test, offline
	$(BIN)/python -m pytest -n $(WORKERS)

coverage: setup tools/node_modules/.ready ## run every test, and fail when they reach too little of the code
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

pythons: tools/node_modules/.ready $(VENV)/.ready ## run the tests on every python3.x on PATH, each in an environment of its own
	$(BIN)/python tools/pythons.py -n $(WORKERS)

mock: setup ## serve the contract with Prism until Ctrl-C
	@$(BIN)/python -m laaffic_mock.prism

generate: $(VENV)/.ready ## make the generated code (client, table of statuses) from openapi.yaml
	$(BIN)/python tools/generate.py

drift: $(VENV)/.ready ## fail when the generated code is not what openapi.yaml makes
	$(BIN)/python tools/generate.py --check
	$(BIN)/python tools/reference.py --check

lint: tools/node_modules/.ready $(VENV)/.ready ## check style, types, imports and the contract
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	tools/node_modules/.bin/redocly lint --config tools/redocly.yaml $(SPEC)
	$(BIN)/openapi-spec-validator $(SPEC)

docs: setup ## make the pages of docs/ that are made from code, and the site of them in site/
	PYTHONPATH=tests $(BIN)/python -m matrix.pages
	$(BIN)/python tools/reference.py
	@$(MAKE) --no-print-directory site

site: tools/node_modules/.ready $(VENV)/.ready ## build the site, offline; dead links and loads from outside fail
	$(BIN)/python tools/site

docs-serve: site ## show the site on http://127.0.0.1:8000 until Ctrl-C
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory site 8000

pictures: setup ## make the pictures in docs/ anew, of a campaign and of the mock's page; needs Chromium
	PYTHONPATH=tests $(BIN)/python tools/pictures.py

soak: setup ## 100,000 sends and 1,000 interrupts, with faults at every place; takes about three minutes
	PYTHONPATH=tests $(BIN)/python -m chaos $(SOAK)

soak-campaigns: setup ## kill the runners of campaigns, at least 30 times for each kind; takes up to half an hour
	PYTHONPATH=tests $(BIN)/python -m kills $(SOAK)

bench: setup ## measure, and show the figures beside the goals; takes about eight minutes
	@PYTHONPATH=tests $(BIN)/python -m bench $(BENCH)

bench-peers: $(VENV)/.ready ## compare with other vendors' SDKs, which the first run installs
	@$(BIN)/python -m bench.peers $(PEERS)
	@PYTHONPATH=tests $(BIN)/python -m bench --show >/dev/null # which writes the page

cassettes: setup ## record the tests' cassettes anew, from the mock
	rm -rf tests/cassettes/cassettes
	$(BIN)/python -m pytest tests/cassettes --record-mode=rewrite

format: $(VENV)/.ready ## format the code
	$(BIN)/ruff check --fix-only $(CODE)
	$(BIN)/ruff format $(CODE)

build: $(VENV)/.ready ## build the wheel and the sdist into dist/
	$(BIN)/python -m build --no-isolation

release-check: $(VENV)/.ready ## build what would be released, and check it as its users meet it
	@$(BIN)/python tools/release_check.py

lock: $(VENV)/.ready ## renew the locks, without any registry's address
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --upgrade --quiet --output-file tools/requirements.txt
	$(BIN)/uv pip compile pyproject.toml bench/requirements.in --extra campaigns --extra celery --extra postgres \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade --quiet --output-file bench/requirements.txt
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --upgrade --quiet --output-file bench/peers/requirements/laaffic.txt
	$(BIN)/uv pip compile pyproject.toml tests/packaging/oldest_mock.in --extra mock --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --upgrade --quiet --output-file tests/packaging/oldest_mock.txt
	npm install --prefix mock --package-lock-only
	npm install --prefix tools --package-lock-only

clean: ## remove everything that was made here
	rm -rf $(VENV) .venvs .coverage .coverage.* bench/.venv bench/peers/.venvs mock/node_modules tools/node_modules build dist site .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

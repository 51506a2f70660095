# What a person types. `make` alone lists it.
#
# Every target that needs the virtual environment depends on its stamp, so that the first run prepares it and
# the next ones start at once. PYTHON=/path/to/python3.12 chooses the interpreter; otherwise the first of
# python3, python3.14 ... python3.11 that is new enough is taken.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-freqtrade test-ray pairs simulate bench soak torture model docs deployment pictures check format wheel lock

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

setup: $(STAMP) ## prepare .venv (the other targets do it by themselves)

$(STAMP): pyproject.toml constraints.txt scripts/setup
	@sh scripts/setup $(VENV) "$(PYTHON)"
	@touch $@

demo: $(STAMP) ## the whole house on a simulated exchange: http://127.0.0.1:8501, Ctrl-C ends it
	@$(BIN)/trueup demo

test: $(STAMP) ## run every test, WORKERS=4 files at a time (19 min on two cores)
	@workers=$(or $(WORKERS),$$($(BIN)/python -c 'import os; print(min(4, 2 + (os.cpu_count() or 1)))')); \
	echo "Running every test, $$workers files at a time: about 19 minutes on two cores."; \
	$(BIN)/python -m pytest -n $$workers --dist loadfile

test-freqtrade: $(STAMP) ## the real freqtrade (from PyPI, in an environment of its own) beside Trueup: VENUE=, DATABASE=
	@$(BIN)/python -m tests.freqtrade $(if $(VENUE),--venue $(VENUE)) $(if $(DATABASE),--database $(DATABASE))

test-ray: $(STAMP) ## real Ray (from PyPI, in an environment of its own): nodes and workers die, accounts are watched again
	@$(BIN)/python -m tests.ray

pairs: $(STAMP) ## every pair of deaths between an alert and its message (5 min); `make test` plays a sixteenth of them
	@EVERY_PAIR=1 $(BIN)/python -m pytest -n 2 --dist load tests/reconciler/notify/test_no_crash_loses_a_message.py

simulate: $(STAMP) ## worlds in virtual time: SEEDS=100000 of them, or SEED=123 once more
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED) $(if $(MUTANT),--mutant $(MUTANT)),--seeds $(or $(SEEDS),100000) $(if $(START),--start $(START)) $(if $(ONLY_WORLDS),--only-worlds))

bench: $(STAMP) ## what Trueup costs, beside the alternatives (11 min): build/bench.json; PART=scale one part, RUNS=5 all of it five times
	@$(if $(RUNS),$(BIN)/python -m tests.bench.runs --runs $(RUNS),$(BIN)/python -m tests.bench $(foreach part,$(PART),--only $(part)) $(if $(MINUTES),--minutes $(MINUTES)))

soak: $(STAMP) ## the real processes for MINUTES=6 or HOURS=8: what grows is found; table, and build/soak.json
	@$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(HOURS),--hours $(HOURS)) $(if $(SEED),--seed $(SEED))

torture: $(STAMP) ## kills, power cuts, lost databases, clock steps, outages: MINUTES=3, or SEED=123; ONLY=workers KILLS=1000 HOUSES=8
	@$(BIN)/python -m tests.torture $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(KILLS),--kills $(KILLS)) $(if $(HOUSES),--houses $(HOUSES))

model: $(STAMP) ## leases, alerts, words and messages as one model, on both databases: EXAMPLES=2000; then its planted faults
	@EXAMPLES=$(or $(EXAMPLES),500) $(BIN)/python -m pytest -n 2 --dist load tests/model

deployment: $(STAMP) ## the files of deploy/ with the programs that they are for: systemd, nginx and Caddy
	@TRUEUP_LOGIN=ada TRUEUP_PASSWORD_HASH=JDJhJDE0JA== caddy validate --config deploy/Caddyfile --adapter caddyfile
	@$(BIN)/python -m pytest tests/deploy

docs: $(STAMP) ## the documents as a site: build/docs/index.html
	@$(BIN)/sphinx-build -E -W --keep-going --quiet -c docs . build/docs
	@echo build/docs/index.html

pictures: $(STAMP) ## every page of the screens, dark, light and on a phone: build/pictures, docs/images
	@$(BIN)/python -m tests.pictures

check: $(STAMP) ## lint, format, types, import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(STAMP) ## put the source in the one format
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

wheel: $(STAMP) ## build wheel and sdist into dist/, install the wheel alone in an empty environment and play the demo there
	@sh scripts/wheel $(BIN)/python

lock: ## renew the hashes of what is installed; UPGRADE=1 the versions too
	@sh scripts/lock $(if $(UPGRADE),--upgrade)

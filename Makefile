.DEFAULT_GOAL := help
SHELL := /bin/bash
# Node comes from npm, so that a machine with an older Node runs this too: npm puts it in front.
RUN := npm run -s

.PHONY: help start local-model test lint eval eval-check metric-cases bench clean config-docs models compose-test load

help: ## list what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

node_modules/.package-lock.json: package-lock.json package.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

LLAMA := packages/models/generation/local/runtime

$(LLAMA)/node_modules/.package-lock.json: $(LLAMA)/package-lock.json
	@$(RUN) local-model:install
	@touch $@

start: node_modules/.package-lock.json $(if $(MODEL),$(LLAMA)/node_modules/.package-lock.json) ## run the whole fleet in one process, with the sample corpus, on :8080; MODEL=file.gguf or SmolLM2-135M has a local model answer
	@$(if $(MODEL),GENERATION_PROVIDER=local GENERATION_MODEL='$(MODEL)') $(RUN) start

test: node_modules/.package-lock.json ## run every test, with coverage
	@$(RUN) models:fetch
	@$(RUN) test

lint: node_modules/.package-lock.json ## check format, style, types, dependencies and dead code
	@$(RUN) lint
	@$(RUN) types
	@$(RUN) dead-code

eval: node_modules/.package-lock.json ## evaluate retrieval; DATA=folder in BEIR layout, the sample corpus by default; HALF=dev|test|all
	@$(RUN) eval -- --data '$(or $(DATA),eval/sample)' --half '$(or $(HALF),test)'

eval-check: node_modules/.package-lock.json ## fail where retrieval got worse than eval/thresholds.json allows
	@$(RUN) eval:check

.cache/metric-venv/installed: eval/pytrec-eval/requirements.txt
	@python3 -m venv .cache/metric-venv
	@.cache/metric-venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The seed is the time: each run compares other cases.
metric-cases: node_modules/.package-lock.json .cache/metric-venv/installed ## check the metrics against pytrec_eval on 2,000 new random cases
	@.cache/metric-venv/bin/python eval/pytrec-eval/write_cases.py $$(date +%s) 2000 > .cache/metric-cases.jsonl
	@FRESHET_METRIC_CASES=.cache/metric-cases.jsonl npm exec -- node --test eval/test/metrics.test.ts

bench: node_modules/.package-lock.json ## measure ingestion and chat
	@$(RUN) bench:ingest
	@$(RUN) bench:chat

.cache/load-venv/installed: load/locust/requirements.txt
	@python3 -m venv .cache/load-venv
	@.cache/load-venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

load: node_modules/.package-lock.json .cache/load-venv/installed ## ask the fleet under load with Locust; LOAD_USERS=1000 for the published profile
	@$(RUN) load

# Where a build of the images finds it; without it, the build downloads it.
models: node_modules/.package-lock.json ## fetch the embedding model into .cache, for the images
	@FRESHET_CACHE_DIR=.cache $(RUN) models:fetch

local-model: node_modules/.package-lock.json $(LLAMA)/node_modules/.package-lock.json ## install llama.cpp and fetch the small model that its tests run
	@$(RUN) models:fetch -- SmolLM2-135M

compose-test: models ## build the images, run docker-compose.yml, kill each container and ask again
	@$(RUN) compose:test

config-docs: node_modules/.package-lock.json ## write docs/configuration.md, errors.md and metrics.md from the code
	@$(RUN) docs

clean: ## remove what was installed, built and stored here
	rm -rf node_modules coverage .cache data

# `make play` and `make test` work on a fresh machine that has Python 3.11 or later.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# The tests start Python some thousand times: each start would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help play test demo faults quick fix lint cov screenshots samples docs bench clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

play: $(VENV)/play.done  ## run the demo show: page at http://127.0.0.1:7740, OSC on port 7744
	@$(BIN)/stagelyric play setlists/demo.toml --bring-editor

# Twice as many processes as CI has cores: two of them mostly wait (tests/conftest.py says for what).
BESIDE = -n 4 --dist loadscope

test: $(VENV)/test.done  ## run every test (those that need a missing program are skipped and say why)
	@$(BIN)/python -m pytest $(BESIDE)

QUICK = tests/types tests/words tests/setlist tests/show tests/patches tests/phrasebook tests/gear/osc/test_packets.py \
	tests/stage/test_stage.py tests/web/test_words.py tests/writing/test_drafters.py tests/test_contributing.py tests/test_docs.py

quick: $(VENV)/test.done  ## lint, types, and the tests that need neither gear nor a browser; two minutes, and the first time an installation
	@$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports >/dev/null && \
		$(BIN)/python -m pytest -q -n 2 -m 'not slow' $(QUICK)

fix: $(VENV)/test.done  ## mend what ruff can mend
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

cov: $(VENV)/test.done  ## every test, and which lines none of them runs; fails below the floor
	@$(BIN)/python -m pytest $(BESIDE) --cov --cov-report=term:skip-covered

demo: $(VENV)/play.done  ## bake the demo's first lines anew, as frames, models or what ranks lines have changed
	@STAGELYRIC_EDITOR=none STAGELYRIC_TASTE=build/no-taste $(BIN)/stagelyric bake setlists/demo.toml \
		-o setlists/demo.bake --lines 32 --no-words --no-speech --anew --journal build/no-journal

faults: $(VENV)/test.done  ## everything that can go wrong on a stage, done to the real show; prints a table and keeps it in docs/faults.md
	@$(BIN)/python -m pytest -q -n0 tests/faults --kills 50 --faults-page docs/faults.md

lint: $(VENV)/test.done  ## ruff, mypy, and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

screenshots: $(VENV)/test.done  ## take README's pictures anew, of the real program playing the demo set
	@$(BIN)/python tools/screenshots.py

samples: $(VENV)/test.done  ## write fifty quatrains of each way of drafting into docs/samples.md
	@$(BIN)/python tools/samples.py

docs: $(VENV)/test.done  ## the manual as a site, in docs/_site
	@$(BIN)/python -m sphinx -q -W -b html docs docs/_site && echo "open docs/_site/index.html"

bench: $(VENV)/play.done  ## measure this machine
	@$(BIN)/stagelyric bench

clean:  ## remove the environment and the caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "stagelyric wants Python 3.11 or later; found $$($(PYTHON) -V). Try: make PYTHON=python3.12 play"; exit 1; }
	@echo "making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "no venv module: on Debian and Ubuntu, apt install python3-venv"; exit 1; }

$(VENV)/play.done: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing what a show needs …"
	@$(PIP) --config-settings editable_mode=compat -e '.[speech]' || { \
		echo "what speaks can't be installed here: the show goes on without it …"; \
		$(PIP) --config-settings editable_mode=compat -e .; }
	@touch $@

$(VENV)/test.done: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing what the tests need …"
	@$(PIP) --config-settings editable_mode=compat -e '.[dev,docs,train,link,speech,piper,report,editor]'
	@touch $@ $(VENV)/play.done

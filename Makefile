# Every target is a command or two that you could type. Start with `make serve`.
#
#   make serve                     build the book and read it at http://127.0.0.1:8000
#   make serve PORT=9000           … at a port of your choice
#   make test PYTHON=python3.12    … with an interpreter of your choice

PYTHON ?= python3
READY  := .venv/ready
RUN    := .venv/bin/python
PIP    := $(RUN) -m pip --disable-pip-version-check

# TensorFlow logs and Jupyter's notice of a coming change are not news to a reader.
export TF_CPP_MIN_LOG_LEVEL ?= 3
export JUPYTER_PLATFORM_DIRS ?= 1

.DEFAULT_GOAL := help
.PHONY: help serve book chapter exercises colab colab-test test test-fast benchmarks jets \
        picture format lint lock clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | awk -F'\t' '{printf "make %-12s %s\n", $$1, $$2}'

serve: $(READY)  ## build the book and serve it (PORT=8000)
	@$(RUN) -m helpers.book serve $(if $(PORT),--port "$(PORT)")

book: $(READY)  ## build the book strictly into _build/html
	@$(RUN) -m helpers.book build

chapter: $(READY)  ## build one chapter: make chapter NAME=line
	@$(RUN) -m helpers.book chapter "$(NAME)"

exercises: $(READY)  ## release the exercises: solutions/ → exercises/
	$(RUN) -m helpers.exercises

colab: $(READY)  ## write the notebooks for Colab into _build/colab
	$(RUN) -m helpers.colab build

colab-test: $(READY)  ## run them with Colab's versions (SINCE=main: what changed, and one in turn)
	$(RUN) -m helpers.colab test $(if $(SINCE),--changed-since "$(SINCE)")

test: lint book  ## everything that CI runs
	$(RUN) -m helpers.exercises --check
	BOOK_HTML=_build/html $(RUN) -m pytest -n 2 --dist loadfile

test-fast: $(READY)  ## the tests that need no TensorFlow, kernel, browser or book
	$(RUN) -m pytest -n 2 -m "not slow"

benchmarks: book  ## what pages weigh and builds take
	@for script in benchmarks/[a-z]*.py; do $(RUN) "$$script" || exit; done

jets: $(READY)  ## simulate the jets anew (JETS=100: fewer, SEED=2: others, in a file of their own)
	$(PIP) install --quiet --editable ".[jets]"
	$(RUN) -m helpers.datasets.jets_generator --processes 2 \
	  $(if $(JETS),--jets "$(JETS)") $(if $(SEED),--seed "$(SEED)")

picture: book  ## take the picture of README anew
	$(RUN) .github/picture.py

format: $(READY)  ## format the Python code and sort its imports
	$(RUN) -m ruff check --select I --fix .
	$(RUN) -m ruff format .

lint: $(READY)  ## check the Python code
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

lock: $(READY)  ## resolve requirements.lock anew from pyproject.toml and constraints.txt
	$(PIP) install --quiet uv
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --extra book --extra grading --extra dev \
	  --constraint constraints.txt --output-file requirements.lock pyproject.toml

clean:  ## remove what was built, the environment apart
	rm -rf _build .pytest_cache .ruff_cache

# The environment. The file `ready` is written last, so a set-up that was interrupted starts anew;
# a changed lock file updates the environment in place.
$(READY): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no '$(PYTHON)' here. Install Python 3.11, 3.12 or 3.13, or name it: make PYTHON=/path/to/python3 ..."; exit 1; }
	@"$(PYTHON)" .ci/check_python.py
	@echo "Setting up .venv from requirements.lock (some minutes, once) ..."
	@test -e $@ || rm -rf .venv
	"$(PYTHON)" -m venv .venv
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The two commands that matter: `make chat` and `make test`. Both install what they need first.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
JUDGE := $(BIN)/verbatim eval --save evals/results --fail-under verbatim_rate=1
LOCKED := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile

.PHONY: chat test trials fuzz check evals format lock clean

chat: $(INSTALLED)
	$(BIN)/verbatim chat seeds/

# A process for each core, up to four: each holds the models and a browser, some 2 GB.
test: $(INSTALLED)
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=worksteal

# The long form: 100 kills, every file damaged in every way, full disks, writers that meet, 10,000 reads, all our PDFs as
# scans. Half an hour.
trials: $(INSTALLED)
	HF_HUB_OFFLINE=1 VERBATIM_TRIALS=long $(BIN)/python -m pytest -s tests/index/test_crash.py tests/index/test_damage.py tests/index/test_full_disk.py tests/index/test_writers.py tests/index/test_recognition.py

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# For an hour, or for `make fuzz FUZZ_SECONDS=600`; what it found stays in build/fuzz.
fuzz: $(INSTALLED)
	$(LOCKED) atheris
	FUZZ_SECONDS=$(or $(FUZZ_SECONDS),3600) HF_HUB_OFFLINE=1 $(BIN)/python tests/fuzz.py

# The bounds lie a little below what the code reaches. Raise them when it reaches more.
evals: $(INSTALLED)
	$(JUDGE) seed --fail-under citation_f1=0.64 --fail-under right_if_answered=0.84 --fail-over wrong_answers=0.13 --fail-over wrong_denials=0.10
	$(JUDGE) gazette --fail-under citation_f1=0.49 --fail-under right_if_answered=0.60 --fail-over wrong_answers=0.11 --fail-over wrong_denials=0.06
	$(JUDGE) handbook --fail-under citation_f1=0.50 --fail-under right_if_answered=0.62 --fail-over wrong_answers=0.20 --fail-over wrong_denials=0.08

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Torch first: whatever comes after it then finds it there and does not choose another build.
$(INSTALLED): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Verbatim needs Python 3.11 or later; name one with: make PYTHON=python3.11 chat")'
	$(PYTHON) -m venv .venv
	$(LOCKED) $$(grep '^torch==' requirements.lock)
	$(LOCKED) --requirement requirements.lock
	$(LOCKED) --no-deps --editable .
	touch $@

# Resolve the ranges of pyproject.toml anew, in an environment of its own, and write what was chosen.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet $$(grep -o 'torch==[0-9.]*' pyproject.toml)
	build/lock/bin/pip install --quiet '.[dev]'
	build/lock/bin/pip freeze --exclude verbatim-qa | sed 's/+cpu$$//' > requirements.lock

clean:
	rm -rf .venv build *.egg-info

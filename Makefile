# make run    sets up, loads the sample exports if the store is empty, serves the dashboard
# make test   sets up, installs what the tests need (Chromium, Java and PostgreSQL included), runs all tests
# make check  lint, format and types
# make fuzz   the long version of the property tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check fuzz clean

run: $(VENV)/run.stamp
	@$(BIN)/python -m equality seed
	@echo "The dashboard is at http://127.0.0.1:8501 (Ctrl+C stops it)"
	@$(BIN)/python -m streamlit run app.py

test: $(VENV)/dev.stamp
	@sh tests/install_tools.sh $(BIN)/python
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations=60 --durations-min=5

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: $(VENV)/dev.stamp
	GX_POLARS_FUZZ_EXAMPLES=2000 $(BIN)/python -m pytest -n auto --dist load -v -x tests/gx_polars/test_differential.py tests/gx_polars/test_patterns.py
	EQUALITY_FUZZ_EXAMPLES=2000 $(BIN)/python -m pytest tests/exports/test_settle.py -k any_settled_decision

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV)

# Set-up, pipeline, tests. `make pipeline` and `make test` need git, make and Python 3.11 or newer, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: pipeline test test-all coverage docs bench mutants versions soak lint lock wheel sbom clean

pipeline: .venv/pipeline  ## run what has changed of the pipeline and show the metrics
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro
	@echo
	@$(BIN)/python -m pipeline.stages.summary reports

test: .venv/test lint  ## lint, check types, run the everyday tests
	$(BIN)/pytest -m "not slow"

test-all: .venv/test lint  ## all tests
	$(BIN)/pytest

coverage: .venv/test  ## the everyday tests again, with the share of lines and branches they reach, which may not fall below the floor
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -m "not slow"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: .venv/test  ## measure speed and memory beside scikit-learn and fastText, into reports/benchmarks.json
	-$(BIN)/pip install --quiet fasttext-numpy2-wheel
	$(BIN)/python -m benchmarks

mutants: .venv/test  ## put small faults into five modules and count those that the tests notice, into reports/mutants.json (half an hour)
	$(BIN)/pip install --quiet mutmut==3.8.1
	$(BIN)/python -m benchmarks.mutants

versions: .venv/test  ## the lowest and the highest versions of the libraries: same tests, same probabilities (needs uv; ten minutes)
	$(BIN)/python -m benchmarks.versions

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/docs  ## build the documentation into dist/docs; a warning or a broken link fails
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --doctree-dir dist/doctrees docs dist/docs
	@echo "open dist/docs/index.html"

wheel: .venv/test  ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

sbom: .venv/test  ## write a bill of materials (CycloneDX, with hashes) of all that the locked pipeline is made of to dist/sbom.json
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.json requirements.txt

soak: .venv/test  ## a million sentences, 100,000 documents, 50 MB in one, 10,000 annotations, into reports/soak.json
	$(BIN)/python -m benchmarks.soak

lock:  ## renew the locked versions (needs uv)
	uv pip compile pyproject.toml --extra train --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.txt
	uv pip compile pyproject.toml --extra train --extra build --extra cluster --extra test --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -c requirements.txt -o requirements-test.txt
	uv pip compile pyproject.toml --extra docs --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -c requirements-test.txt -o requirements-docs.txt

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

.venv/pipeline: .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/test: .venv/pipeline requirements-test.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements-test.txt
	touch $@

.venv/docs: .venv/bin/python requirements-docs.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements-docs.txt
	touch $@

clean:  ## delete what the pipeline derived, not what people wrote
	rm -rf data dist .mypy_cache .ruff_cache .pytest_cache

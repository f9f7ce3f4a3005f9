# The recipes of this project; `uv` is all that they need.

test *args:
    uv run pytest {{args}}

lint:
    uv run ruff check .
    uv run ruff format --check .
    uv run mypy recto tests

fix:
    uv run ruff check --fix .
    uv run ruff format .

ci:
    .ci/run

quality questions="examples/questions.jsonl" documents="examples/documents":
    uv run recto bench quality {{questions}} {{documents}}

speed:
    uv run python -m recto.benchmarks.speed

examples:
    uv run --group examples python -m examples.maker

weights:
    uv run --group weights python scripts/make_weights.py

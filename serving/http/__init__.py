"""recto over HTTP: the API, in front of one or several open libraries.

Everything here needs the extra `serve`.
"""

from recto.engine.errors import MissingExtra

try:
    import fastapi  # noqa: F401
except ModuleNotFoundError as error:
    raise MissingExtra(
        'The server is not installed: pip install "recto[serve]" (FastAPI and uvicorn).'
    ) from error

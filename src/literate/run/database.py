"""Let jupyter-cache keep its data base in a folder of any name.

It writes the path into a URL as it is, where ``%`` and ``?`` have meanings of their own.
"""

from __future__ import annotations

from jupyter_cache.cache import db
from sqlalchemy import URL, Engine, create_engine

SCHEME = "sqlite:///"


def open_by_path() -> None:
    """Let jupyter-cache open its data bases by their paths."""
    db.create_engine = engine_of


def engine_of(url: str) -> Engine:
    """Open the data base that a URL of jupyter-cache names."""
    return create_engine(URL.create("sqlite", database=url.removeprefix(SCHEME)))

"""The log of a run, in JSON lines: steps, cells, kinds of errors and times, and never a row's value."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

_logger = logging.getLogger("cxlab.run")


def note(event: str, **facts: str | int | float | bool | None) -> None:
    """Log one event with its facts; the time is added."""
    _logger.info(event, extra={"facts": facts})


@contextmanager
def journal(path: Path) -> Iterator[None]:
    """Append every event noted meanwhile to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _File(path, encoding="utf-8")
    handler.setFormatter(_JsonLines())
    before = _logger.level
    _logger.setLevel(logging.INFO)  # not the attribute: what was found disabled is remembered
    _logger.addHandler(handler)
    try:
        yield
    finally:
        _logger.removeHandler(handler)
        _logger.setLevel(before)
        handler.close()


class _File(logging.FileHandler):
    """A log that a full disk leaves short, and that is no failure of its own: the run says what is full."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name logging calls)
        del record

    def close(self) -> None:
        with contextlib.suppress(OSError):
            super().close()


class _JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        return json.dumps({"at": at, "event": record.getMessage(), **facts}, ensure_ascii=False)

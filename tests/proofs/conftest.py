"""Pages that several proofs write: each its own part, whichever of them are run."""

from __future__ import annotations

from pathlib import Path

import pytest

HEAD = ["| what | variance | setting | draws | covers, or reads |", "|--|--|--|--|--|"]


@pytest.fixture(scope="session")
def put():
    def into(page: str, part: str, rows: list[str]) -> None:
        file = Path(__file__).parent / page
        text = file.read_text(encoding="utf-8")
        before, mark, rest = text.partition(f"## {part}\n")
        assert mark, f"{page} has no part {part}"
        _, following, after = rest.partition("\n## ")
        file.write_text("\n".join([before + mark, *HEAD, *rows, ""]) + following + after, encoding="utf-8")

    return into

"""What the names in a story stand for, found when they are first asked for."""

from __future__ import annotations

import ast
import hashlib
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scale.stories import RETURNED, Story, stories

FROM_ELSEWHERE = {"equity": "clv.worth_at"}
"""Parameters of a story that are what another one gives back."""

NOT_YET = {"published": None, "year_ago": None}
"""What earlier reports said: a benchmark has none."""


class Names(Mapping[str, Any]):
    """Values of a story's names; evidence is kept in a folder, so that no process makes it twice."""

    def __init__(self, story: Story, *, study: Any, kept: Path) -> None:
        self._story, self._kept = story, kept
        self._values: dict[str, Any] = {"study": study, **NOT_YET}
        self._known = story.known()

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = self._found(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._story.assigned, **self._values, **self._known})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _found(self, name: str) -> Any:
        if name in self._story.assigned:
            expression, place = self._story.assigned[name]
            value = self.asked(ast.unparse(expression))
            return value if place is None else value[place]
        if name in FROM_ELSEWHERE:
            other = stories()[FROM_ELSEWHERE[name]]
            return Names(other, study=self._values["study"], kept=self._kept).given_back()
        return self._known[name]

    def given_back(self) -> Any:
        """Return what the story's function returns."""
        text = self.expression(RETURNED)
        found = self._remembered(text)
        return self.keep(text, self.value(text)) if found is None else found

    def expression(self, name: str) -> str:
        """Return the expression a name is given."""
        return ast.unparse(self._story.assigned[name][0])

    def asked(self, text: str) -> Any:
        """Value of an expression; evidence and anything kept is taken from the folder."""
        if text not in self._story.calls and not self._file(text).is_file():
            return self.value(text)
        found = self._remembered(text)
        return self.keep(text, self.value(text)) if found is None else found

    def value(self, text: str) -> Any:
        """Value of an expression, worked out now."""
        return eval(text, {}, self)

    def ready(self, text: str) -> None:
        """Find every name an expression needs, so that only the expression itself is measured."""
        for node in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(node, ast.Name) and node.id in self:
                self[node.id]
            if isinstance(node, ast.Attribute | ast.Subscript) and ast.unparse(node).startswith("study."):
                self.value(ast.unparse(node))

    def __contains__(self, name: object) -> bool:
        return name in {**self._story.assigned, **self._values, **self._known, **FROM_ELSEWHERE}

    def keep(self, text: str, value: Any) -> Any:
        """Keep a value for other processes, if it is data and not a table of the engine."""
        if not type(value).__module__.startswith("ibis"):
            self._file(text).write_bytes(pickle.dumps(value, protocol=5))
        return value

    def _remembered(self, text: str) -> Any:
        file = self._file(text)
        return pickle.loads(file.read_bytes()) if file.is_file() else None

    def _file(self, text: str) -> Path:
        return self._kept / f"{hashlib.sha256(f'{self._story.name}|{text}'.encode()).hexdigest()[:16]}.pickle"

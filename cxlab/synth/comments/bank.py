"""What a bank of clauses is made of."""

from __future__ import annotations

from dataclasses import dataclass

Clauses = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Clauses on one theme in one language; each can stand alone as a sentence.

    ``short`` are one to three words, ``bad`` and ``good`` say what happened, ``detail`` adds when and where,
    ``effect`` what came of it, ``versus`` compares, ``ask`` asks for something, ``sly`` means the opposite.
    Braces are slots: {few}, {minutes}, {hours}, {days}, {amount}, {price}, {years}, {hour}, {province}, {speed}.
    """

    short: Clauses
    bad: Clauses
    good: Clauses
    detail: Clauses
    effect: Clauses
    versus: Clauses
    ask: Clauses
    short_good: Clauses = ()
    sly: Clauses = ()

    @property
    def size(self) -> int:
        """Clauses in all."""
        return sum(len(getattr(self, name)) for name in self.__slots__)

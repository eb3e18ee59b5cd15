"""The four blocks: measure, act, monetize, grow; one sentence each, where something was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxlab.finding import Finding, Label
from cxlab.overview.board import Line
from cxlab.overview.reading import Found, number_of

BLOCKS: Mapping[str, Sequence[str]] = {
    "measure": ("nps.response", "nps.bound", "voc.coverage"),
    "act": ("nps.touchpoints", "nps.journey", "voc.by_group"),
    "monetize": ("clv.payback", "clv.concentration", "clv.by_plan"),
    "grow": ("revenue.growth", "clv.bought", "churn.retention_by"),
}
"""Blocks in their order, and the findings that can speak for each: the first one that says a number does."""


def lines(found: Found) -> tuple[Line, ...]:
    """Return one line for each block that has something to say; the sentence is the finding's own."""
    speakers = {block: _speaker(found, names) for block, names in BLOCKS.items()}
    return tuple(
        Line(block=block, proof=finding.name, sentence=finding.message)
        for block, finding in speakers.items()
        if finding is not None
    )


def _speaker(found: Found, names: Sequence[str]) -> Finding | None:
    said = (found[name] for name in names if number_of(found.get(name)) is not None)
    return next((finding for finding in said if _names_its_group(finding)), None)


def _names_its_group(finding: Finding) -> bool:
    """A group without a name ("not known") tells a leader nothing."""
    return all(value.code != "" for value in finding.message.values.values() if isinstance(value, Label))

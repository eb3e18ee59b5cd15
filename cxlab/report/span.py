"""The bridge of the leader's page as a picture, drawn for a laptop and for a phone."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from cxlab.figures.bridge import Step, Tone, bridge
from cxlab.finding import Estimate, Label
from cxlab.overview import Bridge
from cxlab.overview.board import Part
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.sections import two_sizes
from cxlab.wording import Wording

WIDE, NARROW = 560, 328
"""Pixels."""

SCALE = {"points": 0.01, "share_points": 1.0}
"""A point of the score is a hundredth, as a percentage point is: parts are written with one decimal alike."""


def bridge_html(found: Bridge, *, quarter: Quarter, wording: Wording) -> dict[str, Any]:
    """Write the bridge as a figure and what it shows in words."""
    steps = _steps(found, quarter=quarter, wording=wording)
    said = "; ".join(f"{step.label} {step.value} {step.range}".strip() for step in steps)
    alt = f"{plain(wording.say(found.what))}: {said}."
    pictures = [(width, *bridge(steps, width=width)) for width in (WIDE, NARROW)]
    return {
        "what": plain(wording.say(found.what)),
        "href": f"{found.proof.partition('.')[0]}.html#{found.proof}",
        "figure": Markup("<figure>{}</figure>").format(two_sizes(pictures[0], pictures[1], alt=alt)),
    }


def _steps(found: Bridge, *, quarter: Quarter, wording: Wording) -> list[Step]:
    at, steps = found.start, [_total(found.start, quarter - 1, found, wording)]
    for part in found.parts:
        steps.append(
            Step(
                label=_name(part.label, wording),
                value=_signed(part, found, wording),
                range=_range(part, found, wording),
                start=at,
                end=at + part.value,
                tone=_tone(part, found),
            )
        )
        at += part.value
    return [*steps, _total(found.end, quarter, found, wording)]


def _total(value: float, quarter: Quarter, found: Bridge, wording: Wording) -> Step:
    form = "nps" if found.unit == "points" else "share"
    return Step(
        label=plain(wording.number(quarter, "quarter")), value=plain(wording.number(value, form)), range="",
        start=value, end=value, tone="total",
    )  # fmt: skip


def _signed(part: Part, found: Bridge, wording: Wording) -> str:
    value = part.value * SCALE[found.unit]
    estimate = Estimate(value=value, low=value, high=value, unit="share_points")  # one decimal, whole or not
    return plain(("+" if part.value > 0 else "") + wording.number(estimate, "digits"))


def _range(part: Part, found: Bridge, wording: Wording) -> str:
    if part.low is None or part.high is None:
        return ""
    scale = SCALE[found.unit]
    estimate = Estimate(
        value=part.value * scale, low=part.low * scale, high=part.high * scale, unit="share_points"
    )  # fmt: skip
    return f"({plain(wording.number(estimate, 'range'))})"


def _tone(part: Part, found: Bridge) -> Tone:
    """Grey where the interval leaves the direction open."""
    unsure = part.low is not None and part.high is not None and part.low <= 0 <= part.high
    if unsure or part.value == 0 or part.label.of == "bridge":
        return "same"
    return "worse" if (part.value > 0) == found.more_is_worse else "better"


def _name(label: Label, wording: Wording) -> str:
    words = plain(wording.label(label))
    return words[:1].upper() + words[1:]

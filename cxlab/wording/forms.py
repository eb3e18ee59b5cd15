"""The forms a placeholder may have: which unit they write, and in which style."""

from __future__ import annotations

from datetime import date
from numbers import Integral, Real
from typing import get_args

from cxlab.finding import Estimate, Label, Unit
from cxlab.quarter import Quarter

STYLES = ("ci", "range", "span", "change", "size", "short", "digits", "each")
"""How a number is written, beside the plain way."""

UNITS: dict[str, str] = {
    **{unit: unit for unit in get_args(Unit) if unit != "points"},
    "points": "share_points",
    "nps": "points",
    "nps_part": "points_part",
}
"""Name of a form, and the unit of the estimates it writes."""

FINER = {"points_part": "points"}
"""Units that only differ from another in having one decimal more: parts of a change add up to it."""

PLAIN = frozenset({"text", "label", "list", "quarter", "quarter_short", "date", "date_short", "month", "rank"})
"""Forms of what is no number."""

FORMS = PLAIN | {"value"} | {*STYLES, *UNITS} | {f"{unit}_{style}" for unit in UNITS for style in STYLES}
"""Every form."""


def unit_and_style(value: Estimate | float, form: str) -> tuple[str, str]:
    """Split a form: the unit it writes and the style, ``""`` for the plain one.

    >>> unit_and_style(0.088, "share_short")
    ('share', 'short')

    Raises
    ------
    ValueError
        If a plain number has no unit, or an estimate has another one than the form.
    """
    head, _, tail = form.rpartition("_")
    name, style = (head, tail) if tail in STYLES else ("", form) if form in STYLES else (form, "")
    unit = UNITS.get(name)
    if not isinstance(value, Estimate):
        if unit is None:
            raise ValueError(f"the form {form!r} needs an estimate, or a unit before it; got {value!r}")
        return unit, style
    if name in ("", "value"):
        return value.unit, style
    if unit is None or FINER.get(unit, unit) != value.unit:
        raise ValueError(f"the form {form!r} cannot write an estimate of unit {value.unit!r}")
    return unit, style


def usual_form(value: object) -> str:
    """Form of a placeholder that names none; a bare float has no unit, so that writing it is refused."""
    match value:
        case Quarter():
            return "quarter"
        case date():
            return "date"
        case Label():
            return "label"
        case tuple() | list():
            return "list"
        case bool():
            return "text"
        case Integral():
            return "count"
        case Estimate() | Real():
            return "value"
    return "text"

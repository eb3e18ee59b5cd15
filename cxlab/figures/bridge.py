"""The small bridge of the leader's page: from last quarter's number over its parts to this quarter's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Tone = Literal["total", "worse", "better", "same"]

_COLOURS = {
    "total": ("#6d7683", "#98a3af"),
    "worse": ("#b0441b", "#f0976d"),
    "better": ("#0b6e6e", "#4fc3bd"),
    "same": ("#8a94a1", "#7d8894"),
}
_FONT = "'Be Vietnam Pro','Noto Sans','DejaVu Sans','Segoe UI',sans-serif"
_PHONE = 480
"""Under this width the words stand above the bars, not beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row: what it is called, what is written beside it, and from where to where its bar goes.

    ``range`` is the interval in words, empty where there is none.
    """

    label: str
    value: str
    range: str
    start: float
    end: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where rows and bars lie."""

    row: float
    bar: float
    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return self.left + (self.right - self.left) * (value - self.low) / ((self.high - self.low) or 1.0)


def bridge(steps: Sequence[Step], *, width: int) -> tuple[str, int]:
    """Draw the bridge.

    Parameters
    ----------
    steps : sequence of Step
        First and last are totals, drawn as dots: the axis need not begin at zero, so that small parts are seen.
    width : int
        Pixels.

    Returns
    -------
    svg, height : str, int
        The picture and its height in pixels.
    """
    if len(steps) < 2:
        raise ValueError(f"a bridge goes from one total to another; got {len(steps)} rows")
    frame = _frame(steps, width=width)
    rows = [_row(step, place, frame, width=width) for place, step in enumerate(steps)]
    beside = width >= _PHONE  # where the words stand above the bars, lines would run through them
    joins = [_join(step, place, frame) for place, step in enumerate(steps[:-1] if beside else ())]
    height = round(frame.row * len(steps) + 2)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">'
        f"<style>{_style()}</style>{''.join(joins)}{''.join(rows)}</svg>"
    )
    return svg, height


def _frame(steps: Sequence[Step], *, width: int) -> _Frame:
    ends = [end for step in steps for end in ((step.end,) if step.tone == "total" else (step.start, step.end))]
    room = (max(ends) - min(ends)) or abs(max(ends)) or 1.0
    low, high = min(ends) - 0.04 * room, max(ends) + 0.04 * room
    if width < _PHONE:
        return _Frame(row=36, bar=9, left=0, right=width, low=low, high=high)
    return _Frame(row=23, bar=13, left=0.30 * width, right=0.68 * width, low=low, high=high)


def _row(step: Step, place: int, frame: _Frame, *, width: int) -> str:
    top, narrow = place * frame.row, width < _PHONE
    left, right = sorted((frame.x(step.start), frame.x(step.end)))
    y = top + (21 if narrow else 4)
    size = f'width="{max(right - left, 1.5):.1f}" height="{frame.bar:.0f}"'
    bar = f'<rect class="{step.tone}" x="{left:.1f}" y="{y:.0f}" {size}/>'
    if step.tone == "total":
        bar = f'<circle class="total" cx="{frame.x(step.end):.1f}" cy="{y + frame.bar / 2:.1f}" r="5"/>'
    line = top + (15 if narrow else 15.5)
    label = f'<text x="0" y="{line:.1f}">{escape(step.label)}</text>'
    words = f"<tspan class='b'>{escape(step.value)}</tspan>" + (f" {escape(step.range)}" if step.range else "")
    at, anchor = (width, ' text-anchor="end"') if narrow else (frame.right + 10, "")
    return f'{bar}{label}<text x="{at:.0f}" y="{line:.1f}"{anchor}>{words}</text>'


def _join(step: Step, place: int, frame: _Frame) -> str:
    """Draw the thin line from the end of a bar down to the next."""
    x, top = frame.x(step.end), place * frame.row + 4 + frame.bar
    return f'<path class="j" d="M{x:.1f} {top:.0f}v{frame.row - frame.bar:.0f}"/>'


def _style() -> str:
    light = "".join(f".{name}{{fill:{colours[0]}}}" for name, colours in _COLOURS.items())
    dark = "".join(f".{name}{{fill:{colours[1]}}}" for name, colours in _COLOURS.items())
    return (
        f"{light}text{{font:13px {_FONT};fill:#17202a}}.b{{font-weight:650}}.j{{stroke:#8892a0;stroke-width:.8}}"
        f"@media(prefers-color-scheme:dark){{{dark}text{{fill:#e9edf1}}}}"
    )

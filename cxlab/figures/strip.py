"""The small strip under a number: its interval, last quarter's value as a hollow mark, the target as a bar."""

from __future__ import annotations

from html import escape

from cxlab.finding import Estimate
from cxlab.wording import Wording

WIDTH, HEIGHT = 240, 34
_ROOM = 14
_LETTER = 5.7
"""Pixels a letter takes, about."""

_COLOURS = {"worse": ("#b0441b", "#f0976d"), "better": ("#0b6e6e", "#4fc3bd"), "same": ("#6b7280", "#a3aebb")}
_FONT = "'Be Vietnam Pro','Noto Sans','DejaVu Sans','Segoe UI',sans-serif"


def strip(
    number: Estimate,
    *,
    form: str,
    wording: Wording,
    tone: str = "same",
    last: Estimate | None = None,
    last_name: str = "",
    target: float | None = None,
) -> tuple[str, str]:
    """Draw the strip.

    Parameters
    ----------
    number : Estimate
        The value; its interval is the band. An open end runs to the edge of the strip.
    form : str
        How values are written.
    tone : {"worse", "better", "same"}
        Which of the page's three colours; the word stands beside the strip as well.
    last : Estimate, optional
        Last quarter's value, with ``last_name`` as its label.
    target : float, optional
        In the unit of ``number``.

    Returns
    -------
    svg, alt : str
        The picture (240 x 34 pixels) and what it shows, in words.
    """
    marks = [number.value, *(end for end in (number.low, number.high) if end is not None)]
    marks += [last.value] if last is not None else []
    marks += [target] if target is not None else []
    low, high = min(marks), max(marks)
    room = (high - low) or abs(high) or 1.0

    def x(value: float) -> float:
        return _ROOM + (WIDTH - 2 * _ROOM) * (value - low + 0.25 * room) / (1.5 * room)

    left = _ROOM if number.low is None else x(number.low)
    right = WIDTH - _ROOM if number.high is None else x(number.high)
    light, dark = _COLOURS[tone]
    body = [
        f'<line class="a" x1="0" x2="{WIDTH}" y1="23" y2="23"/>',
        f'<rect class="b" x="{left:.1f}" y="18" width="{max(right - left, 2):.1f}" height="10" rx="1"/>',
    ]
    alt = [wording.number(number, f"{form}_ci")]
    words = []
    if last is not None:
        said = f"{last_name} {wording.number(last.value, form + '_short')}".strip()
        body.append(f'<circle class="l" cx="{x(last.value):.1f}" cy="23" r="4"/>')
        words.append((x(last.value), said))
    if target is not None:
        said = wording.text("overview.strip.target", target=wording.number(target, form + "_short"))
        body.append(f'<path class="t" d="M{x(target):.1f} 15v16"/>')
        words.append((x(target), said))
    body += _words(words)
    alt += [said for _, said in words]
    body.append(f'<circle class="v" cx="{x(number.value):.1f}" cy="23" r="5"/>')
    style = (
        f".a{{stroke:#8892a0;opacity:.35}}.b,.v{{fill:{light}}}.b{{opacity:.28}}"
        f".l{{fill:none;stroke:#7a8494;stroke-width:1.4}}.t{{stroke:#8a6d1d;stroke-width:2}}"
        f"text{{font:10.5px {_FONT};fill:#566173}}"
        f"@media(prefers-color-scheme:dark){{.b,.v{{fill:{dark}}}text{{fill:#a3aebb}}.t{{stroke:#d9bb62}}}}"
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}">'
        f"<style>{style}</style>{''.join(body)}</svg>"
    )
    return svg, " · ".join(alt)


def _words(words: list[tuple[float, str]]) -> list[str]:
    """Write each word above its mark; two that would meet are pushed apart, to the left and to the right."""
    if len(words) == 2 and abs(words[0][0] - words[1][0]) < _LETTER * (len(words[0][1]) + len(words[1][1])) / 2:
        (left, first), (right, second) = sorted(words)
        start = max(min(right - 4, WIDTH - _LETTER * len(second)), _LETTER * (len(first) + 1))
        return [_word(min(left + 4, start - _LETTER), first, "end"), _word(start, second, "start")]
    return [_word(x, said, "middle") for x, said in words]


def _word(x: float, text: str, anchor: str) -> str:
    width = _LETTER * len(text)
    before = {"end": width, "middle": width / 2, "start": 0.0}[anchor]
    x = min(max(x, before), WIDTH - width + before)
    return f'<text x="{x:.1f}" y="11" text-anchor="{anchor}">{escape(text)}</text>'

"""What was planted in customers' words, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import voice
from cxlab.synth.coding import CODED, planted_alpha, together
from cxlab.synth.days import NAMES

Counts = dict[str, NDArray[np.int64]]


def planted(*, calm: bool) -> dict[str, Any]:
    """Return the parameters of themes and coders; other shares than the usual by quarter and group."""
    return {
        "themes": {
            theme.code: {
                "share": theme.share,
                "shares": {} if calm else {name: dict(moved) for name, moved in theme.moves.items()},
                "score_points": theme.score,
                "leaving_ratio": theme.leaving,
                "positive": theme.positive,
            }
            for theme in voice.THEMES
        },
        "comment_share": voice.COMMENT_SHARE,
        "theme_leaving": "leaving from the answer to the end of the next quarter, against comments without it",
        "coders": {coder.name: asdict(coder) for coder in voice.CODERS},
        "alpha": {code: round(_alpha(code), 3) for code in CODED},
    }


def _alpha(code: str) -> float:
    share = sum(theme.share for theme in voice.THEMES if theme.code.rstrip("+-") == code)
    theme = voice.Theme(code=code, share=share, score=0, leaving=1)
    return planted_alpha(theme, together=together(code))


def realised(counts: Counts) -> dict[str, Any]:
    """Return shares by quarter, and over all quarters differences of score and ratios of leavers, by theme."""
    comments = counts["comments"]
    themes: dict[str, Any] = {}
    for code in voice.CODES:
        parts = [place for place, theme in enumerate(voice.THEMES) if theme.code.rstrip("+-") == code]
        themes[code] = _theme(counts, parts)
        if len(parts) > 1:
            themes[code] |= {voice.THEMES[place].code: _theme(counts, [place]) for place in parts}
    return {"comments": dict(zip(NAMES, comments.tolist(), strict=True)), "themes": themes}


def _theme(counts: Counts, parts: list[int]) -> dict[str, Any]:
    named, points, left = (counts[name][:, parts].sum(axis=1) for name in ("theme", "theme_score", "theme_leaves"))
    comments = counts["comments"]
    others = comments - named
    if not named.sum():
        return {"share": dict.fromkeys(NAMES, 0.0)}
    rest_points, rest_left = counts["all_score"] - points, counts["all_leaves"] - left
    weight = named / named.sum()
    usual = np.divide(rest_points, others, out=np.zeros(len(named)), where=others > 0)
    expected = (np.divide(rest_left, others, out=np.zeros(len(named)), where=others > 0) * named).sum()
    return {
        "share": {
            name: round(float(part / max(total, 1)), 4)
            for name, part, total in zip(NAMES, named, comments, strict=True)
        },
        "score_points": round(float(points.sum() / named.sum() - (weight * usual).sum()), 3),
        "leaving_ratio": round(float(left.sum() / expected), 3) if expected else None,
    }

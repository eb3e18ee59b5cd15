"""Every planted number of what customers write and what coders make of it. Change a number here and nowhere else.

Shares are 0 to 1 of a quarter's comments; points are on the 0 to 10 scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scope = Literal["all", "cch", "not_cch", "en", "not_en"]
"""Whom a share is for: everyone, a region (`cch`) or the rest, Én 90 and Én 120 (`en`) or the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What customers talk about.

    ``share`` is of the comments of a usual quarter, ``moves`` are other shares by quarter and scope;
    ``score`` is the mean score of comments with the theme minus that of the others; ``leaving`` multiplies the
    chance to leave from the answer to the end of the next quarter; ``positive`` is the share in praise.
    """

    code: str
    share: float
    score: float
    leaving: float
    positive: float = 0.05
    moves: Mapping[str, Mapping[Scope, float]] = field(default_factory=dict)


def _all(**quarters: float) -> dict[str, dict[Scope, float]]:
    return {f"{name[1:]}": {"all": share} for name, share in quarters.items()}


_TET = {"2024Q1", "2025Q1", "2026Q1"}

THEMES = (
    Theme(code="coverage", share=0.12, score=-1.1, leaving=1.10, positive=0.30,
          moves={"2024Q4": {"cch": 0.15, "not_cch": 0.12}}),
    Theme(code="data_speed", share=0.13, score=-0.9, leaving=1.08, positive=0.25),
    Theme(code="outage", share=0.02, score=-2.2, leaving=1.15,
          moves={"2024Q4": {"cch": 0.38, "not_cch": 0.06}, "2025Q1": {"cch": 0.08, "not_cch": 0.02}}),
    Theme(code="deductions", share=0.09, score=-1.9, leaving=1.30),
    Theme(code="price", share=0.09, score=-1.4, leaving=1.25, positive=0.15,
          moves={"2026Q3": {"en": 0.30, "not_en": 0.11}}),
    Theme(code="package_terms", share=0.08, score=-1.2, leaving=1.15, moves=_all(q2026Q3=0.11)),
    Theme(code="app", share=0.05, score=-1.3, leaving=1.00, positive=0.05,
          moves=_all(q2025Q2=0.14, q2025Q3=0.12, q2025Q4=0.06)),
    Theme(code="topup", share=0.04, score=-1.2, leaving=1.05, positive=0.10,
          moves={name: {"all": 0.06} for name in _TET}),
    Theme(code="hotline_wait", share=0.06, score=-1.3, leaving=1.12,
          moves={name: {"all": 0.09} for name in _TET}),
    Theme(code="agent+", share=0.042, score=0.9, leaving=0.90, positive=1.0),
    Theme(code="agent-", share=0.028, score=-1.8, leaving=1.20, positive=0.0),
    Theme(code="complaint", share=0.04, score=-2.6, leaving=1.60),
    Theme(code="shop_papers", share=0.05, score=-1.0, leaving=1.10, positive=0.30),
    Theme(code="spam", share=0.10, score=-0.7, leaving=1.00, positive=0.0),
    Theme(code="switching", share=0.04, score=-2.0, leaving=1.90, positive=0.0, moves=_all(q2026Q3=0.07)),
    Theme(code="wow", share=0.09, score=1.8, leaving=0.75, positive=1.0),
    Theme(code="esim", share=0.0, score=-0.6, leaving=1.00, positive=0.40,
          moves=_all(q2026Q1=0.006, q2026Q2=0.012, q2026Q3=0.021)),
)  # fmt: skip
"""Staff is two entries, praise and blame, that never come together."""
CODES = tuple(dict.fromkeys(theme.code.rstrip("+-") for theme in THEMES))
"""Codes of the themes; all but the last, which opens with eSIM, are in the first codebook."""
APP_MENDED, APP_MENDED_POSITIVE = "2025Q4", 0.20
"""From this quarter on a fifth of what is said about the app is praise."""

COMMENT_SHARE = 0.72
THEME_COUNTS = (0.28, 0.46, 0.18, 0.08)
"""Share of comments with no theme, one, two, three, in a quiet quarter; more in an eventful one. Who is unhappy
names more themes: with fewer threes the planted differences in score could not all hold."""
MIXED_SHARE = 0.02
"""Of all comments: Vietnamese mixed with English."""
LENGTHS = ((1, 3), (4, 12), (13, 30), (31, 120))
LENGTH_SHARES = (
    (0.42, 0.48, 0.08, 0.02),
    (0.13, 0.66, 0.18, 0.03),
    (0.0, 0.46, 0.48, 0.06),
    (0.0, 0.10, 0.75, 0.15),
)
"""Share of the word counts above, by number of themes; over all comments 15, 45, 30, 10%."""
CONTRADICTION_SHARE, CONTRADICTION_FROM = 0.03, (9, 2)
"""Of all comments: the scale was misread, so that a score from 9 up stands over angry words, one from 2 down over
praise."""
SARCASM_SHARE = 0.01

WRITING = {"marks": 0.62, "none": 0.24, "partly": 0.09, "teen": 0.05}
"""How customers write Vietnamese: with all tone marks, none, some, in teencode."""
EMOJI_SHARE, SLIP_SHARE, SHOUT_SHARE, NOISE_SHARE = 0.07, 0.06, 0.06, 0.004
"""Emoji; a slip of the finger; capitals or !!! among the angriest; keyboard noise."""
HURRY_SHARE = 0.45
"""Customers who do not care for capitals, full stops and apostrophes."""
NEW_MARKS_SHARE, DECOMPOSED_SHARE = 0.25, 0.06
"""Mark placement as in `hoà` (others write `hòa`); letters and marks as separate code points (NFD)."""
PRONOUNS = (("mình", 0.45), ("tôi", 0.30), ("em", 0.20), ("tớ", 0.05))
"""What customers call themselves; clauses are written with the first."""
DIALECT_SHARE = 0.6
"""Customers of a region who write its words."""
PERSONAL_SHARE, HOSTILE_SHARE = 0.02, 0.002

AUDIT_SIZE, AUDIT_TWICE = 600, 300
"""Texts of a quarter drawn at random for coding: read by A; read also by B and by the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """Chance to see a theme that is there, and to see none where there is none; ``misses`` are exceptions."""

    name: str
    sensitivity: float
    specificity: float
    misses: Mapping[str, float] = field(default_factory=dict)


CODERS = (
    Coder(name="A", sensitivity=0.88, specificity=0.98),
    Coder(name="B", sensitivity=0.84, specificity=0.97, misses={"package_terms": 0.50}),
)
ALPHA = 0.82
"""Krippendorff's alpha of a clear theme at its usual share: coders share part of their errors, because a text is
hard for both. `package_terms`, which B often leaves uncoded, comes to about .61."""
TARGETED, MODEL_CODED, UNDONE = 60, 20, 10
"""In the last quarter: texts searched for, read by a model; codings taken back."""

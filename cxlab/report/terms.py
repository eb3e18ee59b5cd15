"""Words of the glossary on a page: each opens its one-line meaning, once, without a script."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from cxlab.report.clean import plain
from cxlab.wording import Wording

IN_SENTENCES = (
    "cannot_tell", "no_material_change", "real_change", "detractor", "passive", "promoter",
)  # fmt: skip
"""Terms explained where they first stand in a sentence; ``glossary.<term>.forms`` lists how they are written."""

OF_TITLES = {
    "overview.tile.nps": "nps",
    "overview.tile.left": "churn_rate",
    "overview.tile.staying": "retention_12",
    "overview.tile.at_risk": "margin_at_risk",
    "overview.tile.at_risk.revenue": "revenue_at_risk",
    "overview.tile.base": "customer_equity",
    "overview.tile.forecasts": "forecast_graded",
}
"""The term a number's title stands for, by the title's message."""


class Terms:
    """The glossary as one page uses it: a term is explained at its first place only.

    Parameters
    ----------
    wording : Wording
        The language of the page.
    """

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._left = [(term, self._pattern(term)) for term in IN_SENTENCES]

    def title(self, message_id: str) -> str:
        """Return the meaning of what a title stands for; ``""`` where the glossary has none."""
        term = OF_TITLES.get(message_id)
        return "" if term is None else self._meaning(term)

    def sentence(self, said: str) -> Markup:
        """Return a sentence in which every term not met before opens its meaning."""
        first, match = min(
            ((term, found) for term, pattern in self._left if (found := pattern.search(said))),
            key=lambda pair: pair[1].start(),
            default=("", None),
        )
        if match is None:
            return escape(said)
        self._left = [pair for pair in self._left if pair[0] != first]
        opened = Markup('<details class="term"><summary>{}</summary><span class="mean">{}</span></details>')
        return (
            escape(said[: match.start()])
            + opened.format(match[0], self._meaning(first))
            + self.sentence(said[match.end() :])
        )

    def _meaning(self, term: str) -> str:
        return plain(self._wording.text(f"glossary.{term}.meaning"))

    def _pattern(self, term: str) -> re.Pattern[str]:
        forms = [form.strip() for form in self._wording.text(f"glossary.{term}.forms").split(",")]
        return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(form) for form in forms)})(?!\w)")

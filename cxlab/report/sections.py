"""One finding as one section of a page: sentence, failed checks, figure or table, how sure."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Literal, cast

from markupsafe import Markup

from cxlab.figures import draw
from cxlab.figures.draw import DRAWERS
from cxlab.finding import Estimate, Finding, Withheld
from cxlab.overview import target_for
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.grid import grid_html, is_grid
from cxlab.report.listed import checks_html, is_checks, is_quotes, quotes_html
from cxlab.report.tables import table_html
from cxlab.wording import Labels, Wording

if TYPE_CHECKING:
    from cxlab.tables.study import Study

PAGE, PHONE = 720, 320
"""Widths figures are drawn for, pixels."""

As = Literal["sentence", "figure", "table", "both"]

USUALLY = {"number": "sentence", "grid": "table"}
"""How shapes are shown that are not shown as a figure, where the notebook does not say."""


def wording_of(study: Study, language: str) -> Wording:
    """Return the words of one language of a study, with its labels and its currency."""
    labels = cast("Labels", study.config.labels)  # its languages are a narrower type than str
    return Wording(language=language, labels=labels, currency=study.config.currency)


def section(finding: Finding, *, study: Study, wording: Wording, as_: As | None = None) -> Markup:
    """Write a finding as HTML: ``<section class="finding" id="churn.left">``.

    Parameters
    ----------
    finding : Finding
        Its name is the anchor other pages link to (``churn.html#churn.left``).
    study : Study
        For events, targets and the minimum n.
    wording : Wording
        The language.
    as_ : {"figure", "table", "both"}, optional
        None: no more than the sentence for a bare number, the figure for every other shape.
    """
    parts = [
        _sentence(finding, wording),
        _failed(finding, wording),
        *_proof(finding, study=study, wording=wording, as_=as_),
        _sure(finding, study, wording),
    ]
    return Markup('<section class="finding" id="{0}" data-finding="{0}">\n{1}\n</section>').format(
        plain(finding.name), Markup("\n").join(part for part in parts if part)
    )


def section_text(finding: Finding, *, study: Study, wording: Wording) -> str:
    """Write a finding as plain text: the sentence, failed checks, and how sure or why there is no number."""
    lines = [wording.say(finding.message), *(": ".join(pair) for pair in _failures(finding, wording))]
    if isinstance(finding.headline, Withheld):
        lines.append(wording.say(finding.headline.reason))
    else:
        sure = sure_text(finding, indicative_n=study.config.indicative_n, wording=wording)
        lines.append(f"{wording.text('page.how_sure')}: {sure}")
    return plain("\n".join(dict.fromkeys(lines)))


def sure_text(finding: Finding, *, indicative_n: int, wording: Wording) -> str:
    """Say how sure a number is: its interval and what kind, how many stand behind it, how many checks passed."""
    headline = finding.headline
    if isinstance(headline, Withheld):
        return ""
    counted = headline.low == headline.high
    parts = [
        wording.text(words_for("page.sure.counted", finding, wording), value=headline)
        if counted
        else wording.text(
            words_for(f"page.sure.{headline.kind}", finding, wording), value=headline, level=headline.level
        )
    ]
    if headline.n is not None:
        few = headline.n < indicative_n
        parts.append(wording.text(words_for("sure.few" if few else "sure.behind", finding, wording), n=headline.n))
    return " ".join([*parts, *_tested(finding, wording)])


def _tested(finding: Finding, wording: Wording) -> list[str]:
    """Say how many checks were passed; nothing where one could not be done."""
    many, failed = len(finding.checks), sum(check.passed is False for check in finding.checks)
    if failed:
        alone = many == 1
        return [
            wording.text("sure.check_failed")
            if alone
            else wording.text("sure.checks_failed", n=failed, total=many)
        ]
    if not many or not all(check.passed for check in finding.checks):
        return []
    return [wording.text("sure.check_passed") if many == 1 else wording.text("sure.checks_passed", n=many)]


def words_for(stem: str, finding: Finding, wording: Wording) -> str:
    """Return the message of a stem that fits a finding best: its own, its question's, the usual one."""
    own = (f"{stem}.{finding.name}", f"{stem}.{finding.question}")
    return next((id_ for id_ in own if wording.knows(id_)), stem)


def figure_html(finding: Finding, *, study: Study, wording: Wording) -> Markup:
    """Draw a finding twice, for a page and for a phone; the reader's screen takes the one that fits it."""
    target = target_of(study, finding)
    wide, narrow = (
        draw(finding, wording=wording, events=study.events, target=target, width_px=width)
        for width in (PAGE, PHONE)
    )
    sizes = [(picture.width_px, picture.svg, picture.height_px) for picture in (wide, narrow)]
    return Markup("<figure>{}</figure>").format(two_sizes(sizes[0], sizes[1], alt=wide.alt))


Drawn = tuple[int, str, int]
"""Width, SVG and height of a picture."""


def two_sizes(wide: Drawn, narrow: Drawn, *, alt: str) -> Markup:
    """Write a picture that was drawn for two screens: the reader's takes the one that fits it."""
    image = picture_html(wide[1], alt=alt, width=wide[0], height=wide[2])
    source = Markup('<source media="(max-width:600px)" srcset="{}" width="{}" height="{}">').format(
        _data(narrow[1]), narrow[0], narrow[2]
    )
    return Markup("<picture>{}{}</picture>").format(source, image)


def picture_html(svg: str, *, alt: str, width: int, height: int) -> Markup:
    """Write a picture as an image that carries its own bytes: no script in it can run."""
    return Markup('<img src="{}" alt="{}" width="{}" height="{}">').format(
        _data(svg), plain(alt), int(width), int(height)
    )


def _data(svg: str) -> Markup:
    return Markup("data:image/svg+xml;base64," + base64.b64encode(plain(svg).encode()).decode())


def _proof(finding: Finding, *, study: Study, wording: Wording, as_: As | None) -> list[Markup]:
    wanted = as_ or USUALLY.get(finding.shape, "figure")
    if finding.table.empty:
        return []
    if is_quotes(finding):
        return [quotes_html(finding, wording=wording, minimum_n=study.config.minimum_n)]
    if is_checks(finding):
        return [checks_html(finding, wording=wording)]
    drawn = finding.shape in DRAWERS
    parts: list[Markup] = []
    if wanted in {"figure", "both"} and drawn:
        parts.append(figure_html(finding, study=study, wording=wording))
    if wanted in {"table", "both"} or (wanted == "figure" and not drawn and finding.shape != "number"):
        write = grid_html if is_grid(finding) else table_html
        caption = caption_of(finding, wording=wording)
        parts.append(write(finding, wording=wording, minimum_n=study.config.minimum_n, caption=caption))
    return parts


def caption_of(finding: Finding, *, wording: Wording, beside: Quarter | None = None) -> str:
    """Say what a table or figure shows: the words of the finding, else those of its shape, and the quarter.

    ``beside`` is a quarter that need not be named, because the page is about it.
    """
    known = (id_ for id_ in (f"figure.{finding.name}", f"figure.{finding.shape}") if wording.knows(id_))
    what = wording.text(next(known, "page.number"), quarter=finding.about, unit="").removesuffix(", ")
    if finding.about == beside or wording.number(finding.about, "quarter") in what:
        return what
    return wording.text("page.topic", topic=what, quarter=finding.about)


def target_of(study: Study, finding: Finding) -> float | None:
    """Return the target the team declared for a finding, in the finding's unit: this quarter's, else the next."""
    target = target_for(study.targets, finding.name, about=finding.about)
    return None if target is None else target.value


def _sentence(finding: Finding, wording: Wording) -> Markup:
    sentence = Markup("<h2>{}</h2>").format(plain(wording.say(finding.message)))
    if isinstance(finding.headline, Estimate):
        return sentence
    box = Markup('<div class="withheld" role="note"><b>{}</b>{}</div>')
    word, reason = plain(wording.text("page.withheld")), plain(wording.say(finding.headline.reason))
    if finding.headline.reason.id == finding.message.id:
        return box.format(word, sentence)
    return Markup("{}\n{}").format(sentence, box.format(word, Markup(" {}").format(reason)))


def _failures(finding: Finding, wording: Wording) -> list[tuple[str, str]]:
    failed = [check for check in finding.checks if check.passed is False]
    return [(plain(wording.text("page.check_failed")), plain(wording.say(check.message))) for check in failed]


def _failed(finding: Finding, wording: Wording) -> Markup:
    if is_checks(finding):
        return Markup("")  # the list below says which
    items = Markup("").join(Markup("<li><b>{}:</b> {}</li>").format(*pair) for pair in _failures(finding, wording))
    return Markup('<ul class="failed">{}</ul>').format(items) if items else Markup("")


def _sure(finding: Finding, study: Study, wording: Wording) -> Markup:
    if isinstance(finding.headline, Withheld):
        return Markup("")
    return Markup('<p class="sure"><b>{}</b> {}</p>').format(
        plain(wording.text("page.how_sure")),
        plain(sure_text(finding, indicative_n=study.config.indicative_n, wording=wording)),
    )

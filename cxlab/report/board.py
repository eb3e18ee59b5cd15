"""The leader's page, written once per language from a `Board`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cxlab.figures.strip import strip
from cxlab.finding import Estimate, Label, Message, Value
from cxlab.overview import Board, Commentary, Decision, Quote, Tile
from cxlab.report.clean import plain
from cxlab.report.listed import quote_html, score_text
from cxlab.report.prose import inline
from cxlab.report.sections import picture_html, wording_of
from cxlab.report.span import bridge_html
from cxlab.report.terms import Terms
from cxlab.wording import Wording

if TYPE_CHECKING:
    from cxlab.tables.study import Study


def show_board(study: Study, board: Board) -> None:
    """Display the leader's page: every language in a run, the study's first in JupyterLab."""
    from IPython.display import publish_display_data

    languages = study.config.languages if os.environ.get("CXLAB_RUN") else study.config.languages[:1]
    for language in languages:
        wording = wording_of(study, language)
        publish_display_data(  # type: ignore[no-untyped-call]
            {
                "text/html": board_html(board, study=study, wording=wording),
                "text/plain": " ".join(plain(wording.say(sentence)) for sentence in board.answer),
            },
            metadata={"cxlab": {"lang": language, "finding": "overview.board"}},
        )


def board_html(board: Board, *, study: Study, wording: Wording) -> str:
    """Write the board as the body of a page: masthead, answer, numbers, decisions, what we do not know."""

    def say(message: Message) -> str:
        return plain(wording.say(message))

    def text(message_id: str, **values: Value) -> str:
        return plain(wording.text(message_id, **values))

    terms = Terms(wording)
    bridge = None if board.bridge is None else bridge_html(board.bridge, quarter=study.quarter, wording=wording)
    return (
        _templates()
        .get_template("board.html.j2")
        .render(
            board=board,
            currency=_currency(wording),
            say=say,
            text=text,
            tiles=[_tile(tile, study=study, wording=wording, terms=terms) for tile in board.tiles],
            commentary=_commentary(board.commentary, wording),
            decisions=[_decision(decision, wording) for decision in board.decisions],
            bridge=bridge,
            lines=[
                {
                    "block": text(f"overview.block.{line.block}"),
                    "href": _href(line.proof),
                    "says": say(line.sentence),
                }
                for line in board.lines
            ],
            quotes=[_quote(quote, wording) for quote in board.quotes],
        )
    )


def _currency(wording: Wording) -> str:
    name = f"currency.{wording.currency}"
    return plain(wording.text(name) if wording.knows(name) else wording.currency)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("cxlab.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _href(proof: str) -> str:
    return f"{proof.partition('.')[0]}.html#{proof}"


def _tile(tile: Tile, *, study: Study, wording: Wording, terms: Terms) -> dict[str, Any]:
    def explained(message: Message | None) -> Markup:
        return Markup("") if message is None else terms.sentence(plain(wording.say(message)))

    tone = "same" if tile.worse is None else "worse" if tile.worse else "better"
    number, drawn = "" if tile.said is None else plain(wording.say(tile.said)), Markup("")
    if tile.number is not None:
        number = plain(wording.number(tile.number, tile.form))
        svg, alt = strip(
            tile.number, form=tile.form, wording=wording, tone=tone, last=tile.last, target=tile.target,
            last_name=plain(wording.text("overview.strip.last", quarter=study.quarter - 1)),
        )  # fmt: skip
        drawn = picture_html(svg, alt=f"{plain(wording.say(tile.title))}: {alt}", width=240, height=34)
    return {
        "tile": tile,
        "href": _href(tile.proof),
        "number": number,
        "tone": {"worse": "down", "better": "up", "same": "same"}[tone],
        "strip": drawn,
        "meaning": terms.title(tile.title.id),
        "detail": explained(tile.detail),
        "verdict": explained(tile.verdict_line),
        "notes": [*map(terms.sentence, _against(tile, wording)), *map(explained, tile.notes)],
    }


def _against(tile: Tile, wording: Wording) -> list[str]:
    if tile.against is None or tile.target is None:
        return []
    target = wording.number(tile.target, tile.form)
    return [plain(wording.text(tile.against.id, **tile.against.values, target=target))]


def _words(text: Mapping[str, str], wording: Wording) -> tuple[str, str]:
    language = wording.language if wording.language in text else next(iter(text), wording.language)
    return language, plain(text.get(language, ""))


def _commentary(commentary: Commentary | None, wording: Wording) -> dict[str, Any] | None:
    if commentary is None:
        return None
    language, words = _words(commentary.words, wording)
    role = plain(wording.label(Label(of="role", code=commentary.role)))
    return {"role": role, "language": language, "words": inline(words)}


def _decision(decision: Decision, wording: Wording) -> dict[str, Any]:
    language, words = _words(decision.what, wording)
    due = "" if decision.due is None else plain(wording.number(decision.due, "date"))
    cost = "" if not decision.cost else plain(wording.number(decision.cost, "amount_short"))
    pays = "" if decision.pays_back is None else plain(wording.number(decision.pays_back, "probability"))
    return {
        "language": language,
        "words": words,
        "role": plain(wording.label(Label(of="role", code=decision.role))),
        "due": due,
        "cost": cost,
        "returns": _returns(decision.returns, wording),
        "pays_back": pays,
    }


def _returns(returns: Estimate | int | None, wording: Wording) -> str:
    if returns is None:
        return ""
    if isinstance(returns, int):
        return plain(wording.number(returns, "amount_short"))
    return plain(f"{wording.number(returns, 'short')} ({wording.number(returns, 'range')})")


def _quote(quote: Quote, wording: Wording) -> Markup:
    kind = wording.label(Label(of="quote", code=quote.kind))
    theme = [] if quote.theme is None else [wording.label(quote.theme)]
    about = theme if quote.about is None else [wording.say(quote.about)]
    said = [kind, *about, *(wording.label(label) for label in quote.who)]
    score = [] if quote.score is None else [score_text(quote.score, wording)]
    return quote_html(quote.words, language=quote.language, who=[*said, *score], kind=quote.kind)

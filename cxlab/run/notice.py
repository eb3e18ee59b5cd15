"""What a scheduled failure says: five lines a language, once as long as the trouble is the same.

::

    reports/.notices/now.json                                   the trouble that lasts: since when, what was told
    reports/.notices/20261006T063000Z-2026Q3-not_ready/         notice.txt, where.txt (in the code), whom it told
    reports/.notices/log.jsonl                                  what scheduled runs did
"""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from cxlab.finding import Message
from cxlab.quarter import Quarter
from cxlab.run import publish
from cxlab.run.due import Turn, standing
from cxlab.run.journal import journal, note
from cxlab.run.trouble import Trouble, trouble_of, without_values
from cxlab.to_disk import replace_file
from cxlab.wording import Wording

if TYPE_CHECKING:
    from cxlab.wording import Labels

Notice: TypeAlias = Mapping[str, Sequence[str]]
"""Five lines by language."""

Hand: TypeAlias = Callable[[Path, Notice], Sequence[str]]
"""Hands a notice to delivery, from the folder it keeps its account in; returns what became of it, in words."""

NBSP = "\N{NO-BREAK SPACE}"

_REASONS = 3
"""So many reasons stand in a notice; the command names all."""


@contextmanager
def noticed(
    turn: Turn, *, quarter: Quarter, now: datetime, say: Callable[[str], None], hand: Hand
) -> Iterator[None]:
    """Tell people when what is done in the block fails; raise an error without data values then.

    Parameters
    ----------
    turn : Turn
        The study.
    quarter : Quarter
        The quarter that is run.
    now : datetime
        With its zone.
    say : callable
        Takes a line for the log.
    hand : callable
        Hands a notice to delivery.

    Raises
    ------
    CxlabError
        Of the kind that ended the block.
    """
    reports = turn.reports
    publish.claim(reports, study=turn.config.name)
    before = set(_runs(reports, quarter))
    with journal(reports / ".notices" / "log.jsonl"):
        try:
            yield
        except Exception as error:
            began = sorted(set(_runs(reports, quarter)) - before)
            trouble = trouble_of(error, folder=began[-1] if began else None)
            note("trouble", quarter=str(quarter), kind=trouble.kind, step=trouble.step)
            for line in _told(trouble, turn=turn, quarter=quarter, now=now, hand=hand):
                say(line)
            raise without_values(error, trouble=trouble) from None
        note("no trouble", quarter=str(quarter))
        (reports / ".notices" / "now.json").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lasting:
    """The trouble that lasts."""

    key: str
    since: datetime
    folder: Path
    new: bool


def _told(trouble: Trouble, *, turn: Turn, quarter: Quarter, now: datetime, hand: Hand) -> list[str]:
    """Keep the notice and hand it over where that is called for; return the lines for the log."""
    notices = turn.reports / ".notices"
    lasting = _lasting(trouble, quarter=quarter, notices=notices, now=now)
    notice = lines(trouble, turn=turn, quarter=quarter, since=lasting.since)
    said = ["\n".join(of) for of in notice.values()] if lasting.new or trouble.kind != "not_ready" else []
    try:
        if lasting.new:
            _keep(lasting, notice=notice, notices=notices, frames=trouble.frames)
        if (
            trouble.kind != "locked" or not lasting.new
        ):  # a run by hand is no trouble before it is one the next day
            said += hand(lasting.folder, _kept(lasting.folder, otherwise=notice))
    except Exception as error:  # the trouble itself is what has to be known
        said.append(f"the notice could not be kept or sent: {type(error).__name__}")
    return said


def lines(trouble: Trouble, *, turn: Turn, quarter: Quarter, since: datetime) -> dict[str, list[str]]:
    """Return five lines a language: what failed, since when, what stands, what to type, where the log is.

    Parameters
    ----------
    trouble : Trouble
        What failed.
    turn, quarter : Turn, Quarter
        The study and the quarter that was run.
    since : datetime
        With its zone.
    """
    local = since.astimezone(turn.config.zone)
    stands = standing(turn.reports)
    messages = (
        Message("notice.since", {"day": local.date(), "time": f"{local:%H:%M}", "zone": turn.config.time_zone}),
        Message("notice.stands", {"of": Quarter.parse(stands, first_month=quarter.first_month)})
        if stands
        else Message("notice.none_stands"),
        Message("notice.command", {"command": _command(trouble, turn=turn, quarter=quarter)}),
        Message("notice.log", {"path": str((trouble.folder or turn.reports / ".notices") / "log.jsonl")}),
    )
    written: dict[str, list[str]] = {}
    labels = cast("Labels", turn.config.labels)  # its languages are a narrower type than str
    for language in turn.config.languages:
        wording = Wording(language, labels=labels, currency=turn.config.currency)
        what = trouble.message(study=turn.config.name, quarter=quarter)
        first = wording.text(what.id, **what.values, reasons=_reasons(trouble, wording=wording))
        said = [first, *(wording.say(message) for message in messages)]
        written[language] = [line.replace(NBSP, " ") for line in said]
    return written


def _reasons(trouble: Trouble, *, wording: Wording) -> tuple[str, ...]:
    said = [wording.say(reason.message) for reason in trouble.reasons]
    more = len(said) - _REASONS
    if more > 1:
        said = [*said[:_REASONS], wording.text("notice.reason.more", more=more)]
    return tuple(said)


def _command(trouble: Trouble, *, turn: Turn, quarter: Quarter) -> str:
    beside = Path(sys.executable).with_name("cxlab")
    program = [str(beside)] if beside.is_file() else [shutil.which("cxlab") or "cxlab"]
    what = [str(quarter), "--resume"] if trouble.folder else ["--due"]
    return shlex.join([*program, "run", *what, "--study", str(turn.file)])


def _lasting(trouble: Trouble, *, quarter: Quarter, notices: Path, now: datetime) -> _Lasting:
    """Find out whether the same was met before, and since when there is trouble of this kind."""
    key, found = f"{quarter}|{trouble.key}", _read(notices / "now.json")
    same_kind = str(found.get("key", "")).startswith(f"{quarter}|{trouble.kind}|")
    since = min(datetime.fromisoformat(found["since"]), now) if same_kind else now
    if found.get("key") == key:
        return _Lasting(key=key, since=since, folder=notices / found["folder"], new=False)
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{quarter}-{trouble.kind}"
    return _Lasting(key=key, since=since, folder=notices / name, new=True)


def _keep(lasting: _Lasting, *, notice: Notice, notices: Path, frames: Sequence[str]) -> None:
    lasting.folder.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join("\n".join(of) for of in notice.values())
    replace_file(lasting.folder / "notice.txt", f"{text}\n".encode())
    replace_file(lasting.folder / "notice.json", json.dumps(notice, ensure_ascii=False).encode())
    replace_file(lasting.folder / "where.txt", "".join(f"{frame}\n" for frame in frames).encode())
    facts = {"key": lasting.key, "since": lasting.since.isoformat(), "folder": lasting.folder.name}
    replace_file(notices / "now.json", json.dumps(facts).encode())


def _kept(folder: Path, *, otherwise: Notice) -> Notice:
    """Return the notice as it was first told: delivery knows by its words whom it has reached."""
    return _read(folder / "notice.json") or otherwise


def _read(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _runs(reports: Path, quarter: Quarter) -> list[Path]:
    return [path for path in (reports / ".runs").glob(f"{quarter}-*") if path.is_dir()]

"""One round to all targets: each gets what it asked for, or a note why not."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cxlab.deliver import folder, mail, webhook
from cxlab.deliver.hidden import hidden
from cxlab.deliver.lines import reason_of
from cxlab.deliver.outcome import Outcome, State, Undelivered
from cxlab.deliver.parcel import Errand, Parcel, make_parcel, state_of
from cxlab.deliver.patience import patiently
from cxlab.deliver.record import Entry, beside, entries, key_of, remember, was_sent
from cxlab.errors import CxlabError, UsageError
from cxlab.run.journal import journal, note
from cxlab.tables.config import StudyConfig, read_config
from cxlab.tables.delivery import FolderTarget, Kind, MailTarget, Target, WebhookTarget
from cxlab.tables.problems import did_you_mean

MOST_SECONDS_WAITED = 900.0
"""For another delivery of the same run to end."""


def go_round(errand: Errand, *, to: Sequence[str], again: bool, dry_run: bool) -> tuple[Outcome, ...]:
    """Tell every target; see `cxlab.deliver.deliver`."""
    study = read_config(errand.config)
    targets = _asked(study.deliver, errand, to)
    if not targets:
        return ()
    try:
        if errand.event != "failure" and state_of(errand.folder) != "published":
            return _all(targets, errand, "draft", "drafts never go out")
        done = _round(errand, targets, study=study, again=again, dry_run=dry_run)
    except Timeout:
        return _all(targets, errand, "failed", f"another delivery of {errand.quarter} is still going on")
    except (CxlabError, OSError) as error:
        return _all(targets, errand, "failed", reason_of(error))
    return tuple(done[name] for name in targets)


def _round(
    errand: Errand, targets: Mapping[str, Target], *, study: StudyConfig, again: bool, dry_run: bool
) -> dict[str, Outcome]:
    with ExitStack() as stack:
        if not dry_run:
            errand.folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_alone(errand, study))
            stack.enter_context(journal(errand.folder / "log.jsonl"))
        known, key = ([] if again else _known(errand)), _key(errand)
        sent = {name: at for name in targets if (at := was_sent(known, target=name, key=key)) is not None}
        due = {name: target for name, target in targets.items() if name not in sent}
        done = {name: _outcome(name, targets[name], errand, "before", f"on {at}") for name, at in sent.items()}
        if due:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cxlab-deliver-")))
            parcel = make_parcel(
                errand, study=study, languages=_languages(due, study), files=_files(due), to=place
            )
            trip = _Trip(parcel=parcel, key=key, at=datetime.now(UTC), base=errand.config.resolve().parent)
            one = _rehearsed if dry_run else _told
            done |= {name: one(name, target, trip) for name, target in due.items()}
    return done


def _all(targets: Mapping[str, Target], errand: Errand, state: State, detail: str) -> tuple[Outcome, ...]:
    return tuple(_outcome(name, target, errand, state, detail) for name, target in targets.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """What every target of a round is told with."""

    parcel: Parcel
    key: str
    at: datetime
    base: Path


def _asked(targets: Mapping[str, Target], errand: Errand, to: Sequence[str]) -> dict[str, Target]:
    """Return the targets of an event, or those named; a person who names one means it, whatever it asked for."""
    unknown = [
        f"no target is called {name!r}{did_you_mean(name, among=targets)}" for name in to if name not in targets
    ]
    if unknown:
        raise UsageError(f"{errand.config} names other targets under [deliver]", unknown)
    return {
        name: of
        for name, of in targets.items()
        if (name in to or (not to and errand.event in of.on))
        and not (errand.event == "failure" and isinstance(of, FolderTarget))
    }


def _known(errand: Errand) -> list[Entry]:
    """What was sent: of a failure in its own folder, of a report by any run of the quarter."""
    return (
        entries(errand.folder) if errand.event == "failure" else beside(errand.folder, quarter=str(errand.quarter))
    )


def _key(errand: Errand) -> str:
    """Name what is told: a failure by its words, a report by its run, whether it is new or came back."""
    if errand.event == "failure":
        return key_of(
            "failure",
            str(errand.quarter),
            *(f"{of}: {line}" for of, lines in errand.notice.items() for line in lines),
        )
    return key_of("report", str(errand.quarter), errand.folder.name)


def _alone(errand: Errand, study: StudyConfig) -> FileLock:
    """Two deliveries of one quarter wait for each other, so that nobody is told twice."""
    locks = (errand.config.resolve().parent / study.reports).resolve() / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    return FileLock(locks / f"deliver-{errand.quarter}.lock", timeout=MOST_SECONDS_WAITED)


def _languages(targets: Mapping[str, Target], study: StudyConfig) -> set[str]:
    return {language for target in targets.values() for language in (target.languages or study.languages)}


def _files(targets: Mapping[str, Target]) -> set[Kind]:
    wanted: set[Kind] = set()
    for target in targets.values():
        if isinstance(target, MailTarget):
            wanted |= set(target.attach)
        elif isinstance(target, FolderTarget):
            wanted |= {"edition", "pdf"} if target.pdf else {"edition"}
    return wanted


def _told(name: str, target: Target, trip: _Trip) -> Outcome:
    """Tell one target, patiently; whatever happens becomes an outcome, is logged and recorded."""
    errand = trip.parcel.errand
    tried = [1]

    def failed(attempt: int, error: Undelivered) -> None:
        tried[0] = attempt + 1
        note("delivery put off", target=name, attempt=attempt, why=_clean(error, target))

    try:
        said, _ = patiently(
            _way(target, trip), attempts=target.attempts, wait_seconds=target.wait_seconds, failed=failed
        )
        outcome = _outcome(name, target, errand, "sent", hidden(said, variables=_variables(target)))
    except Exception as error:
        outcome = _outcome(name, target, errand, "failed", _clean(error, target))
    outcome = dataclasses.replace(outcome, attempts=tried[0])
    note(f"delivery {outcome.state}", target=name, kind=target.kind, attempts=tried[0], detail=outcome.detail)
    try:
        remember(errand.folder, outcome, key=trip.key)
    except (OSError, CxlabError) as error:
        return dataclasses.replace(outcome, detail=f"{outcome.detail}; not recorded: {reason_of(error)}")
    return outcome


def _way(target: Target, trip: _Trip) -> Callable[[], str]:
    if isinstance(target, FolderTarget):
        return lambda: folder.put(target, trip.parcel, base=trip.base)
    if isinstance(target, MailTarget):
        message = mail.compose(target, trip.parcel, key=trip.key, at=trip.at)
        return lambda: mail.post(target, message, base=trip.base)
    body = webhook.body_of(target, trip.parcel)
    return lambda: webhook.call(target, body, key=trip.key, at=trip.at, base=trip.base)


def _rehearsed(name: str, target: Target, trip: _Trip) -> Outcome:
    errand = trip.parcel.errand
    try:
        return _outcome(name, target, errand, "planned", _would(target, trip))
    except Undelivered as error:
        return _outcome(name, target, errand, "planned", f"as things are, in vain: {_clean(error, target)}")


def _would(target: Target, trip: _Trip) -> str:
    if isinstance(target, FolderTarget):
        return folder.would_put(target, trip.parcel, base=trip.base)
    if isinstance(target, MailTarget):
        return ", ".join(mail.header_lines(mail.compose(target, trip.parcel, key=trip.key, at=trip.at)))
    size = len(webhook.body_of(target, trip.parcel)) / 1e3
    return f"{trip.parcel.errand.event}, {size:.1f} kB to {webhook.where(target)}"


def _clean(error: Exception, target: Target) -> str:
    """Say what went wrong without a secret; of what nobody foresaw, only the kind."""
    if not isinstance(error, Undelivered):
        return f"unexpected {type(error).__name__}"
    return hidden(str(error), variables=_variables(target))


def _variables(target: Target) -> tuple[str, ...]:
    if isinstance(target, MailTarget):
        return (target.password_env,)
    return (target.url_env, target.secret_env) if isinstance(target, WebhookTarget) else ()


def _outcome(name: str, target: Target, errand: Errand, state: State, detail: str) -> Outcome:
    return Outcome(target=name, kind=target.kind, event=errand.event, state=state, detail=detail)

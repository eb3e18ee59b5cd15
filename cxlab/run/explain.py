"""explain(): how a published number came about, in words, from ledger and manifest; nothing is computed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from cxlab.errors import UsageError
from cxlab.finding import Finding, Label, Withheld
from cxlab.report.evidence import evidence_text, proofs_of
from cxlab.report.sections import sure_text
from cxlab.report.stamp import approved, as_facts
from cxlab.run.estimators import Estimator, estimator_of
from cxlab.run.kept import Kept, kept
from cxlab.tables.config import StudyConfig, find_config, read_config
from cxlab.tables.reads import tables_read
from cxlab.wording import Wording

Json: TypeAlias = Any
MARKS = {True: "✓", False: "✗", None: "–"}
MOST_NEAR = 3

_NAMED = re.compile(
    r"(?:[\w./]*#)?(?P<name>[a-z_]+\.[a-z0-9_.]+?)(?:-\d+)?(?:\.(?:csv|xlsx|parquet|png|svg))?"
    r"(?:@(?P<run>(?P<quarter>\d{4}Q[1-4])(?:-[0-9A-Za-z-]+)?))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A number explained.

    Parameters
    ----------
    name, quarter, run_id : str
        What it is about.
    sentence : str
        What the pages say.
    parts : mapping of str to tuple of str
        Lines by their title, in order: value, method, function, evidence, parameters, checks, and so on.
    facts : mapping
        The same for programs.
    """

    name: str
    quarter: str
    run_id: str
    sentence: str
    parts: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, Json]


def explain(asked: str, *, config: Path | str | None = None, language: str | None = None) -> Explanation:
    """Explain a number by the name the pages give it.

    Parameters
    ----------
    asked : str
        ``"churn.retention@2026Q3"``, ``"churn.retention"`` (of the newest published quarter), a run's name after
        the @, or what a link or a file of a page is called: ``"churn.html#churn.left-2"``.
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    language : str, optional
        One of the study's languages; None is its first.

    Raises
    ------
    UsageError
        If nothing is called like this (near names are told), or the study does not speak the language.
    DataError
        If the quarter is not published, or its ledger cannot be read.
    """
    file = find_config(config).resolve()
    settings = read_config(file)
    spoken = language or settings.languages[0]
    if spoken not in settings.languages:
        raise UsageError(f"--lang takes a language of the study ({', '.join(settings.languages)}); got {spoken}")
    name, quarter, run_id = _read(asked)
    was = kept(file.parent / settings.reports, quarter=quarter, run_id=run_id)
    finding = _found(name, was)
    wording = Wording(spoken, _labels(was, settings), settings.currency)
    told = _Told(finding=finding, was=was, config=settings, wording=wording, made_by=estimator_of(finding))
    return Explanation(
        name=finding.name,
        quarter=was.quarter,
        run_id=was.run_id,
        sentence=wording.say(finding.message),
        parts={title: lines for title, lines in _parts(told) if lines},
        facts=_facts(told),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """Everything an explanation is made of."""

    finding: Finding
    was: Kept
    config: StudyConfig
    wording: Wording
    made_by: Estimator | None

    @property
    def step(self) -> Mapping[str, Json]:
        """What the manifest says of the notebook that found it."""
        step: Mapping[str, Json] = self.was.manifest["steps"].get(self.finding.question, {})
        return step

    @property
    def files(self) -> list[Path]:
        """Its table and its pictures, as files."""
        found = (self.was.folder / "downloads").glob(f"{self.finding.name}.*")
        return sorted(path for path in found if path.stem.split(".")[:2] == self.finding.name.split(".")[:2])


def _read(asked: str) -> tuple[str, str | None, str | None]:
    match = _NAMED.fullmatch(asked.strip())
    if match is None:
        raise UsageError(f"a number is named like churn.retention or churn.retention@2026Q3; got {asked!r}")
    run, quarter = match["run"], match["quarter"]
    return match["name"], quarter, run if run != quarter else None


def _found(name: str, was: Kept) -> Finding:
    finding = was.ledger.find(name)
    if finding is not None:
        return finding
    names = [each.name for each in was.ledger.findings]
    tails = [each for each in names if each.rpartition(".")[2] == name.rpartition(".")[2]]
    alike = difflib.get_close_matches(name, names, n=MOST_NEAR, cutoff=0.75)
    near = list(dict.fromkeys([*alike, *tails]))[:MOST_NEAR]
    hint = f"did you mean {', '.join(near)}?" if near else f"it found {', '.join(names) or 'nothing'}"
    raise UsageError(f"{was.quarter} found nothing called {name!r}", [hint])


def _labels(was: Kept, config: StudyConfig) -> Any:  # noqa: ANN401
    """What codes are called: as the run kept it, else as the study file says."""
    return was.ledger.header.get("labels") or config.labels


def _parts(told: _Told) -> Iterator[tuple[str, tuple[str, ...]]]:
    finding, wording, made_by = told.finding, told.wording, told.made_by
    text = wording.text
    yield text("explain.value"), (_value(told),)
    yield text("explain.method"), (wording.say(finding.method),)
    if made_by is not None:
        yield text("explain.estimator"), (f"{made_by.name} ({made_by.file}:{made_by.line}): {made_by.says}",)
        yield text("explain.sources"), made_by.sources
    yield text("explain.evidence"), tuple(_evidence(told))
    yield text("explain.parameters"), tuple(_parameters(told)) or (text("explain.none"),)
    checks = tuple(f"{MARKS[check.passed]} {wording.say(check.message)}" for check in finding.checks)
    yield text("page.checks"), checks or (text("explain.none"),)
    yield text("explain.definition"), (text("explain.definition.note", definition=finding.definition),)
    yield text("explain.known"), (_known(told),)
    yield text("explain.code"), (_code(told),)
    yield text("explain.run"), (_run(told),)
    yield text("explain.files"), tuple(map(str, told.files))


def _value(told: _Told) -> str:
    headline = told.finding.headline
    if isinstance(headline, Withheld):
        return f"{told.wording.text('page.withheld')}: {told.wording.say(headline.reason)}"
    return sure_text(told.finding, indicative_n=told.config.indicative_n, wording=told.wording)


def _evidence(told: _Told) -> Iterator[str]:
    """Tell the tables its question reads with their rows, or the findings it is read from; then its own table."""
    wording, proofs = told.wording, proofs_of(told.finding)
    if proofs:
        yield evidence_text({}, proofs=proofs, wording=wording)
    for name, table in _tables(told).items() if not proofs else ():
        label, counts = Label(of="table", code=name), {key: table[key] for key in ("accepted", "read")}
        late = wording.text("explain.late", late=table["late"]) if table["late"] else ""
        yield "; ".join(part for part in (wording.text("explain.rows", table=label, **counts), late) if part)
    yield wording.text("explain.behind", rows=len(told.finding.table))


def _tables(told: _Told) -> dict[str, Json]:
    loaded: dict[str, Json] = told.was.manifest["load"]["tables"]
    asked = told.step.get("tables", ())
    return {name: loaded[name] for name in tables_read(told.finding.question, asked=asked, present=loaded)}


def _parameters(told: _Told) -> Iterator[str]:
    changed = set(told.step.get("changed", ()))
    for name, value in told.step.get("parameters", {}).items():
        parameter = f"{name} = {value!r}"
        yield told.wording.text("explain.changed", parameter=parameter) if name in changed else parameter


def _known(told: _Told) -> str:
    manifest = told.was.manifest
    day = date.fromisoformat(str(manifest["as_of"])[:10])
    team = date.fromisoformat(str(manifest.get("team_as_of") or _made(told).date().isoformat())[:10])
    return told.wording.text("page.data.known", day=day, team=team)


def _code(told: _Told) -> str:
    manifest, step = told.was.manifest, told.step
    return told.wording.text(
        "explain.code.said",
        code=manifest.get("cxlab", ""),
        python=manifest.get("python", ""),
        notebook=step.get("notebook", ""),
        hash=step.get("sha256", "")[:12],
    )


def _run(told: _Told) -> str:
    made, run = _made(told), told.was.manifest["run"]
    said = told.wording.text("explain.run.said", run=told.was.run_id, day=made.date(), time=f"{made:%H:%M}")
    draft = run.get("state") == "draft"
    stands = told.wording.text("explain.draft") if draft else approved(as_facts(run), told.wording)
    return f"{said}; {stands[:1].lower()}{stands[1:]}"


def _made(told: _Told) -> datetime:
    return datetime.fromisoformat(told.was.manifest["run"]["made_at"]).astimezone(told.config.zone)


def _facts(told: _Told) -> dict[str, Json]:
    finding, made_by = told.finding, told.made_by
    number = finding.headline
    return {
        "name": finding.name,
        "quarter": told.was.quarter,
        "run": told.was.run_id,
        "value": None
        if isinstance(number, Withheld)
        else {name: getattr(number, name) for name in ("value", "low", "high", "n", "unit", "kind", "level")},
        "withheld": number.reason.id if isinstance(number, Withheld) else None,
        "message": finding.message.id,
        "method": finding.method.id,
        "function": None if made_by is None else f"{made_by.name} ({made_by.file}:{made_by.line})",
        "sources": [] if made_by is None else list(made_by.sources),
        "read_from": list(proofs_of(finding)),
        "tables": {name: table["accepted"] for name, table in _tables(told).items()},
        "rows": len(finding.table),
        "parameters": told.step.get("parameters", {}),
        "changed": told.step.get("changed", []),
        "checks": {check.name: check.passed for check in finding.checks},
        "definition": finding.definition,
        "as_of": told.was.manifest["as_of"],
        "cxlab": told.was.manifest.get("cxlab"),
        "files": [str(path) for path in told.files],
    }

"""What is sent, made once for all targets: words in every language, the report as one file, the same printed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from cxlab import ledger
from cxlab.deliver.lines import one_line
from cxlab.deliver.pdf import print_pdf
from cxlab.errors import DataError
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.edition import TooLargeError, page_files, write_edition
from cxlab.report.spoken import spoken
from cxlab.run.journal import note
from cxlab.tables.config import StudyConfig
from cxlab.tables.delivery import Event, Kind
from cxlab.wording import Labels, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What has to be told, as `cxlab.deliver.deliver` was asked."""

    folder: Path
    config: Path
    event: Event
    quarter: Quarter
    notice: Mapping[str, Sequence[str]]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is sent.

    Parameters
    ----------
    errand : Errand
        What it is about.
    study : StudyConfig
        The study it comes from.
    subjects, bodies : mapping of str to str
        By language; a subject is one line without control characters.
    editions, pdfs : mapping of str to Path
        By language; empty for a failure, without a PDF where none could be printed.
    numbers : list of mapping
        Those of the leader's page: the finding, its unit, estimate, low, high, n.
    """

    errand: Errand
    study: StudyConfig
    subjects: Mapping[str, str]
    bodies: Mapping[str, str]
    editions: Mapping[str, Path] = field(default_factory=dict)
    pdfs: Mapping[str, Path] = field(default_factory=dict)
    numbers: Sequence[Mapping[str, Any]] = ()

    def languages(self, asked: Sequence[str]) -> tuple[str, ...]:
        """Return the languages of a target: those asked for, else those of the study, as far as it has them."""
        wanted = asked or self.study.languages
        return tuple(one for one in wanted if one in self.bodies) or tuple(self.bodies)


def make_parcel(
    errand: Errand, *, study: StudyConfig, languages: Collection[str], files: Collection[Kind], to: Path
) -> Parcel:
    """Make what is sent.

    Parameters
    ----------
    errand : Errand
        What has to be told.
    study : StudyConfig
        The study.
    languages : collection of str
        Languages any target wants.
    files : collection of {"edition", "pdf"}
        What any target wants beside words; printing takes seconds.
    to : Path
        A folder for the files.

    Raises
    ------
    DataError
        If the report cannot be read, or a failure says nothing.
    """
    if errand.event == "failure":
        return _of_failure(errand, study=study)
    written: list[str] = [one for one in study.languages if one in languages and (errand.folder / one).is_dir()]
    if not written:
        raise DataError(f"{errand.folder} holds no page in {' or '.join(languages)}: nothing to send")
    try:
        editions = _editions(errand, written, to=to) if files else {}
        bodies = {one: _body(errand, wording_of(study, one)) for one in written}
    except ValueError as error:
        raise DataError(f"the report cannot be sent: {error}") from None
    return Parcel(
        errand=errand,
        study=study,
        subjects={one: _subject(errand, wording_of(study, one), study=study) for one in written},
        bodies=bodies,
        editions=editions,
        pdfs=_printed(editions) if "pdf" in files else {},
        numbers=_numbers(errand.folder),
    )


def state_of(folder: Path) -> str:
    """Return whether a run is a draft or published, as its manifest says.

    Raises
    ------
    DataError
        If the folder holds no whole run.
    """
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return str(found["run"]["state"])
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{folder} holds no whole run: its manifest.json cannot be read") from None


def wording_of(study: StudyConfig, language: str) -> Wording:
    """Return the words of one language of a study, with its labels and its currency."""
    return Wording(language=language, labels=cast("Labels", study.labels), currency=study.currency)


def _of_failure(errand: Errand, *, study: StudyConfig) -> Parcel:
    said = {language: [plain(line) for line in lines] for language, lines in errand.notice.items() if lines}
    if not said:
        raise DataError("a notice of failure needs at least one line in one language")
    study_name = one_line(study.name)
    subjects = {
        language: one_line(
            wording_of(study, language).text("deliver.subject.failure", what=one_line(lines[0]), study=study_name)
        )
        for language, lines in said.items()
    }
    bodies = {language: "\n".join(lines) for language, lines in said.items()}
    return Parcel(errand=errand, study=study, subjects=subjects, bodies=bodies)


def _subject(errand: Errand, wording: Wording, *, study: StudyConfig) -> str:
    title = wording.text("page.title", quarter=errand.quarter)
    return one_line(wording.text(f"deliver.subject.{errand.event}", title=title, study=one_line(study.name)))


def _body(errand: Errand, wording: Wording) -> str:
    page = page_files(errand.folder, language=wording.language)[0]
    said = [spoken(page)]
    if errand.event == "change":
        because = one_line(errand.because, longest=1000)
        said.insert(
            0, wording.text("deliver.because", because=because) if because else wording.text("deliver.replaces")
        )
    return "\n\n".join(said)


def _editions(errand: Errand, languages: Sequence[str], *, to: Path) -> dict[str, Path]:
    """Write the report as one file a language; one that is too large to send is left out."""
    editions = {}
    for one in languages:
        try:
            editions[one] = write_edition(errand.folder, language=one, to=to / f"cx-{errand.quarter}-{one}.html")
        except TooLargeError as error:
            note("edition left out", language=one, why=str(error))
    return editions


def _printed(editions: Mapping[str, Path]) -> dict[str, Path]:
    """Print the editions; without a browser, or where it fails, they go out unprinted."""
    pdfs = {}
    for language, edition in editions.items():
        path = edition.with_suffix(".pdf")
        fault = print_pdf(edition, to=path)
        if fault:
            note("pdf left out", language=language, why=fault)
        else:
            pdfs[language] = path
    return pdfs


def _numbers(folder: Path) -> list[Mapping[str, Any]]:
    answer = ledger.read(folder / "findings.json").find("overview.answer")
    if answer is None:
        return []
    return list(json.loads(answer.table.to_json(orient="records", double_precision=15)))

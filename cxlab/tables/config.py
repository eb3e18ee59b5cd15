"""study.toml: what a study is, where its tables come from, and how its codes are called."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from cxlab.errors import UsageError
from cxlab.tables.declared import contract_problems
from cxlab.tables.delivery import PATTERNS, Name, Target
from cxlab.tables.problems import from_pydantic

Language = Literal["en", "vi"]
_CURRENCY, _QUARTER = r"^[A-Z]{3}$", r"^\d{4}Q[1-4]$"
_PATTERNS = {_CURRENCY: "three capitals of ISO 4217 such as VND", _QUARTER: "a quarter such as 2026Q3", **PATTERNS}
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Expression(_Part):
    """A contract column made by SQL over the columns of the source."""

    sql: str


def _which(value: object) -> str:
    # tags begin with = so that a problem's path can leave them out
    return "=text" if isinstance(value, str) else "=table"


ColumnSource = Annotated[
    Annotated[str, Tag("=text")] | Annotated[Expression, Tag("=table")], Discriminator(_which)
]


class File(_Part):
    """One file and how it is written."""

    path: str
    format: Literal["csv", "parquet", "excel", "yaml"] | None = None
    encoding: Literal["utf-8", "utf-16", "windows-1258", "windows-1252"] = "utf-8"
    separator: Literal[",", ";", "\t", "|"] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    decimal: Literal[".", ","] = "."
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    sheet: str | None = None
    header: Annotated[int, Field(ge=1)] = 1
    money: Literal["minor", "major"] = "minor"

    @property
    def kind(self) -> str:
        """The declared format, else the one the file name tells."""
        if self.format is not None:
            return self.format
        ending = Path(self.path).suffix.lower()
        return {
            ".csv": "csv",
            ".tsv": "csv",
            ".txt": "csv",
            ".xlsx": "excel",
            ".xlsb": "excel",
            ".xls": "excel",
            ".yaml": "yaml",
            ".yml": "yaml",
        }.get(ending, "parquet")


class Source(File):
    """Where the rows of one contract table come from."""

    path: str = ""
    table: str = ""
    inputs: Mapping[
        str, Annotated[Annotated[str, Tag("=text")] | Annotated[File, Tag("=table")], Discriminator(_which)]
    ] = {}
    from_: Annotated[str, Field(alias="from")] = ""
    columns: Mapping[str, ColumnSource] | None = None
    values: Mapping[str, Mapping[str, str]] = {}
    drop: tuple[str, ...] = ()
    hash: tuple[str, ...] = ()
    ids: Literal["keep", "hash"] = "keep"
    quarter: Annotated[str, Field(pattern=_QUARTER)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Source:
        if bool(self.path) == bool(self.inputs):
            raise ValueError("a source needs either path, or inputs with from")
        if self.inputs and not self.from_:
            raise ValueError("inputs need from: the SQL that joins them, such as 'a JOIN b USING (\"id\")'")
        mapped = {name: of for name, of in (self.columns or {}).items() if isinstance(of, str)}
        for name, of in mapped.items():
            if of in self.drop:
                raise ValueError(f"column {of!r} is dropped as personal, so {name} cannot be read from it")
        return self

    def files(self, name: str) -> Mapping[str, File]:
        """Return the files it reads, each under the name SQL knows it by."""
        if not self.inputs:
            return {name: self}
        shared = self.model_dump(include=set(File.model_fields) - {"path"}, exclude_unset=True)
        return {key: File(path=of, **shared) if isinstance(of, str) else of for key, of in self.inputs.items()}


class Activity(_Part):
    """When a customer without a contract counts as gone."""

    plans: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("recharge",)
    idle_days: Annotated[int, Field(ge=1)] = 60
    validity: bool = False


class Margin(_Part):
    """Share of revenue that stays as margin, where transactions do not bring it."""

    plan: Mapping[str, Share] = {}
    default: Share = 1.0


class Rules(_Part):
    """Choices that change numbers; part of the study's fingerprint."""

    activity: Activity | None = None
    margin: Margin = Margin()
    reference: Mapping[str, str] = {}
    compare: tuple[Literal["plan", "region", "acq_source", "segment", "offer"], ...] = (
        "plan",
        "region",
        "acq_source",
    )
    tax_share: Share = 0.0
    not_revenue: tuple[str, ...] = ("bonus",)
    refund_days: Annotated[int, Field(ge=0, le=366)] = 30
    answer: Literal["last", "first"] = "last"
    wave: Literal["declared", "answered", "invited"] = "declared"
    discount_share_year: Share = 0.10


class MaterialChange(_Part):
    """Changes smaller than this do not matter."""

    share_points: Annotated[float, Field(gt=0, lt=1)] = 0.01
    nps: Annotated[float, Field(gt=0, lt=100)] = 3.0


class Privacy(_Part):
    """What is left out of the tables on purpose."""

    consent: tuple[
        Literal[
            "contracts",
            "transactions",
            "survey_responses",
            "answers",
            "verbatims",
            "interactions",
            "loop_cases",
            "referrals",
        ],
        ...,
    ] = ()


class Due(_Part):
    """When the sources of a quarter count as complete (`cxlab.run.ready`)."""

    sources: tuple[str, ...] | None = None
    band: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(gt=0)]] = (0.5, 2.0)
    rest_days: Mapping[str, Annotated[int, Field(ge=0, le=366)]] = {}

    @field_validator("band")
    @classmethod
    def _in_order(cls, band: tuple[float, float]) -> tuple[float, float]:
        if not band[0] < 1 < band[1]:
            raise ValueError(f"needs a number below 1 and one above 1, such as [0.5, 2.0]; got {list(band)}")
        return band


class RunLimits(_Part):
    """How long a run may take, seconds."""

    cell_seconds: Annotated[float, Field(gt=0)] = 600.0
    notebook_seconds: Annotated[float, Field(gt=0)] = 1800.0
    run_seconds: Annotated[float, Field(gt=0)] = 7200.0


@cache
def _zones() -> set[str]:
    return available_timezones()


class StudyConfig(_Part):
    """A study file, checked. Every relative path in it is relative to the file's folder."""

    name: Annotated[str, Field(min_length=1)]
    made_up: bool = False
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en", "vi")
    currency: Annotated[str, Field(pattern=_CURRENCY)]
    time_zone: str
    first_month: Annotated[int, Field(ge=1, le=12)] = 1
    grace_days: Annotated[int, Field(ge=0, le=366)] = 4
    window_opens: date
    reports: Path
    prepared: Path = Path("prepared")
    private: Path = Path("private")
    notebooks: Path | None = None
    auto_publish: bool = False
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    material_change: MaterialChange = MaterialChange()
    minimum_n: Annotated[int, Field(ge=1)] = 10
    indicative_n: Annotated[int, Field(ge=1)] = 50
    quarantine_share: Share = 0.02
    sources: Mapping[str, Source] = {}
    privacy: Privacy = Privacy()
    due: Due = Due()
    deliver: Mapping[Name, Target] = {}
    limits: RunLimits = RunLimits()
    rules: Rules = Rules()
    labels: Mapping[str, Mapping[str, Mapping[Language, str]]] = {}

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in _zones():
            raise ValueError(f"time zone {zone!r} is not known; write it like 'Asia/Ho_Chi_Minh'")
        return zone

    @model_validator(mode="before")
    @classmethod
    def _tables_from_names(cls, data: Any) -> Any:  # noqa: ANN401
        """Let a source named like its table leave the table out."""
        if isinstance(data, dict) and isinstance(data.get("sources"), dict):
            sources = {
                name: {"table": name, **source} if isinstance(source, dict) else source
                for name, source in data["sources"].items()
            }
            data = {**data, "sources": sources}
        return data

    @property
    def amount(self) -> Literal["margin", "revenue"]:
        """What leaves with a customer: margin where the study declares it, else revenue."""
        return "margin" if "margin" in self.rules.model_fields_set else "revenue"

    @property
    def zone(self) -> ZoneInfo:
        """The study's time zone."""
        return ZoneInfo(self.time_zone)


def read_config(path: Path) -> StudyConfig:
    """Read and check a study file; all problems are told at once.

    Raises
    ------
    UsageError
        If it is missing, is no TOML, or breaks a rule.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(f"no study file at {path}", [_MAKE]) from None
    except OSError as error:
        raise UsageError(f"the study file {path} cannot be read: {error.strerror}", [_MAKE]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a TOML file", [str(error)]) from None
    config, problems = None, []
    try:
        config = StudyConfig.model_validate(data)
    except ValidationError as error:
        problems = from_pydantic(error, model=StudyConfig, patterns=_PATTERNS)
    problems += contract_problems(data, languages=StudyConfig.model_fields["languages"].default)
    if config is None or problems:
        raise _refused(path, problems)
    return config


def _refused(path: Path, problems: list[str]) -> UsageError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return UsageError(f"{path} has {count}", problems, see="data/README.md#studytoml")


def find_config(named: Path | str | None = None, *, start: Path | None = None) -> Path:
    """Return the study file to use.

    Parameters
    ----------
    named : Path or str, optional
        A study file, or a folder holding ``study.toml`` or ``data/study.toml``; the environment variable
        ``CXLAB_STUDY`` if not given. What is named is used, or refused; nothing else is searched.
    start : Path, optional
        Where to look without a name: the nearest ``study.toml`` or ``data/study.toml`` at or above it; the
        working directory.

    Raises
    ------
    UsageError
        If there is none.
    """
    named = named or os.environ.get("CXLAB_STUDY")
    if named:
        path = Path(named).expanduser().resolve()
        if not path.is_dir():
            return path
        found = _inside(path)
        if found is None:
            raise UsageError(
                f"no study found in {path}", [f"needed: study.toml or data/study.toml in {path}", _MAKE]
            )
        return found
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        found = _inside(folder)
        if found is not None:
            return found
    needed = "needed: a folder with study.toml or data/study.toml, or CXLAB_STUDY naming one"
    raise UsageError(f"no study found at or above {here}", [needed, _MAKE])


def _inside(folder: Path) -> Path | None:
    candidates = (folder / "study.toml", folder / "data" / "study.toml")
    return next((path for path in candidates if path.is_file()), None)


_MAKE = "cxlab init makes one"

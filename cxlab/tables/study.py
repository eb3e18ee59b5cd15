"""A study opened for one quarter: tables as they were known, spells, the team's work, what was refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.quarter import Quarter, Window
from cxlab.tables.asked_for import data_closed, date_of_name, quarter_of_name, quarters_seen, refuse_quarter
from cxlab.tables.config import StudyConfig, find_config, read_config
from cxlab.tables.coverage import nothing_in
from cxlab.tables.engine import connect
from cxlab.tables.exports import EXPORTS, export, with_source_ids
from cxlab.tables.fingerprint import digest
from cxlab.tables.known_tables import KnownTables, team_frame
from cxlab.tables.limits import within_limits
from cxlab.tables.load import load_tables
from cxlab.tables.load_report import LoadReport, report
from cxlab.tables.names import with_names
from cxlab.tables.prepared import Prepared
from cxlab.tables.same_run import refuse_other

TEAM_AS_OF = "CXLAB_TEAM_AS_OF"
"""Environment variable: the team's date where nobody says another, such as ``2026-10-12``; otherwise today."""

_NO_NUMBERS = {
    "labels",
    "reports",
    "prepared",
    "private",
    "auto_publish",
    "sources",
    "privacy",
    "due",
    "deliver",
    "limits",
}
"""Settings that change no number."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """One quarter of a study, as known at one date.

    Parameters
    ----------
    config : StudyConfig
        The study file.
    folder : Path
        Its folder; every relative path is relative to it.
    quarter : Quarter
        The quarter studied; nothing that happened after its last day enters.
    as_of : date
        The knowledge date: rows loaded later are counted, not used.
    team_as_of : date
        The team's date: codings, targets, events, decisions written later are not used.
    window : Window
        From the first day followed to the close.
    tables : mapping of str to ibis Table
        Contract tables present, as known.
    events, targets, decisions, commentary : DataFrame
        The team's work by ``team_as_of``; empty with the right columns where there is none.
    load : LoadReport
        What was read, accepted, quarantined and late, and which questions can run.
    fingerprint : str
        Hash of the contents of the accepted tables and of every setting that changes a number.
    """

    config: StudyConfig
    folder: Path
    quarter: Quarter
    as_of: date
    team_as_of: date
    window: Window
    tables: Mapping[str, ir.Table]
    events: pd.DataFrame
    targets: pd.DataFrame
    decisions: pd.DataFrame
    commentary: pd.DataFrame
    load: LoadReport
    fingerprint: str
    _engine: Backend = field(repr=False)
    _file: Path = field(repr=False)
    _prepared: Prepared = field(repr=False)

    @property
    def lives(self) -> ir.Table:
        """One row per spell that overlaps the window (`cxlab.tables.prepare.lives`); made once, kept as Parquet.

        Raises
        ------
        DataError
            If the study has neither contracts nor an activity rule with transactions.
        """
        return self._prepared.lives()

    def lives_under(self, idle_days: int) -> ir.Table:
        """`lives` if customers without contracts were gone after so many days without a sign.

        Money and ``shared`` are left out (`cxlab.tables.prepare.OF_STOCK`). Exits are dated at the day the rule
        fires, a return begins a new spell; contracts stay as they are.

        Raises
        ------
        DataError
            If nobody's leaving goes by an activity rule (`by_activity`).
        ValueError
            If it is fewer than `cxlab.tables.prepared.FEWEST_IDLE` days.
        """
        return self._prepared.lives_under(idle_days=idle_days)

    @property
    def unruled(self) -> ir.Table:
        """The spells of `lives_under` that are the same under every rule: of customers no activity rule is for.

        Raises
        ------
        DataError
            If nobody's leaving goes by an activity rule (`by_activity`).
        """
        return self._prepared.unruled()

    def ruled_under(self, idle_days: int) -> ir.Table:
        """The spells of `lives_under` that hang on the rule: `unruled` and they are all of them.

        Raises
        ------
        DataError, ValueError
            As `lives_under`.
        """
        return self._prepared.ruled_under(idle_days=idle_days)

    @property
    def by_activity(self) -> bool:
        """Whether anybody's leaving goes by the study's activity rule."""
        return self._prepared.by_activity

    @property
    def days(self) -> ir.Table:
        """One row per customer and day with revenue (`cxlab.tables.customer_days.customer_days`).

        Raises
        ------
        DataError
            If the study has no transactions.
        """
        return self._prepared.days()

    @property
    def buying(self) -> ir.Table:
        """One row per customer without a contract: their purchases (`cxlab.tables.buying.buying`).

        Raises
        ------
        DataError
            If the study has no transactions, or neither contracts nor an activity rule.
        """
        return self._prepared.buying()

    def buying_before(self, days: int) -> ir.Table:
        """`buying` as of so many days before the close, with ``later``: days with a purchase since.

        Raises
        ------
        DataError
            As `buying`.
        ValueError
            If the window is not longer than that.
        """
        return self._prepared.buying(before_days=days)

    @property
    def panel(self) -> ir.Table:
        """The prepared table ``quarters``: one row per customer and fiscal quarter (`cxlab.tables.panel.panel`).

        Raises
        ------
        DataError
            If answers of known customers or transactions are missing.
        """
        return self._prepared.panel()

    @property
    def responses(self) -> ir.Table:
        """One row per invitation, answered or silent (`cxlab.tables.responses.responses`).

        Raises
        ------
        DataError
            If the study has no survey responses.
        """
        return self._prepared.responses()

    @property
    def texts(self) -> ir.Table:
        """One row per text, cleaned and redacted (`cxlab.tables.texts.texts`).

        Raises
        ------
        DataError
            If the study has no verbatims.
        """
        return self._prepared.texts()

    @property
    def codebook(self) -> pd.DataFrame:
        """The team's codes by ``team_as_of``: all columns of the contract, '' where words are missing."""
        return self._prepared.frame("codebook")

    @property
    def codings(self) -> pd.DataFrame:
        """The team's acts of coding by ``team_as_of``: all columns of the contract, '' where words are missing."""
        return self._prepared.frame("codings")

    @property
    def quarters(self) -> list[Quarter]:
        """Every quarter the window shows from its first day to its last, oldest first; this one is the last."""
        return quarters_seen(self.quarter, window=self.window)

    def labels(self, of: str, code: str, language: str) -> str:
        """Return what people call a code; the code itself where the study file gives no label."""
        words = self.config.labels.get(of, {}).get(code, {})
        return next((word for spoken, word in words.items() if spoken == language), code)

    def export(self, rows: ir.Table, *, file: str, sort: tuple[str, ...], source_ids: bool = False) -> ir.Table:
        """Write rows of customers to ``exports/`` beside the study file, for its owner only; return them as read.

        Parameters
        ----------
        rows : ibis table
            With ``customer_id`` where ``source_ids`` are asked for.
        file : str
            Name of the Parquet file.
        sort : tuple of str
            Columns it is sorted by.
        source_ids : bool
            Add the ids as the sources write them (`cxlab.tables.exports.with_source_ids`).
        """
        if source_ids:
            rows = with_source_ids(rows, config=self.config, folder=self.folder, engine=self._engine)
        return export(rows, engine=self._engine, to=self.folder / EXPORTS / file, sort=sort)

    def earlier(self, quarters: int) -> Study:
        """Open the study as many quarters back, as known then.

        Raises
        ------
        DataError
            If that quarter closes on or before the window opens.
        """
        quarter = self.quarter - quarters
        return _open(
            self._file,
            config=self.config,
            quarter=quarter,
            as_of=data_closed(quarter, self.config),
            team_as_of=self.team_as_of,
            engine=self._engine,
        )


def open_study(
    quarter: str,
    *,
    as_of: date | str | None = None,
    team_as_of: date | str | None = None,
    config: Path | str | None = None,
    refuse: bool = True,
) -> Study:
    """Open a study for a quarter.

    Parameters
    ----------
    quarter : str
        Such as ``"2026Q3"``, in the study's fiscal year.
    as_of : date or str, optional
        Knowledge date; the close plus ``grace_days`` of the study file.
    team_as_of : date or str, optional
        The team's date; ``CXLAB_TEAM_AS_OF``, else today.
    config : Path or str, optional
        The study file or its folder; ``CXLAB_STUDY``, else the nearest one above the working directory.
    refuse : bool
        False opens a study with too many refused rows or an empty quarter too, to look at what is wrong with it.

    Raises
    ------
    UsageError
        If a name or a date is malformed, or the study file is wrong.
    DataError
        If the quarter is not over, has no data, closes before the window opens, or sources are refused.
    """
    file = find_config(config)
    settings = read_config(file)
    wanted = quarter_of_name(quarter, first_month=settings.first_month)
    known_on = date_of_name(as_of, name="as_of") or data_closed(wanted, settings)
    told = team_as_of or os.environ.get(TEAM_AS_OF)
    team_on = date_of_name(told, name="team_as_of") or datetime.now(settings.zone).date()
    return _open(file, config=settings, quarter=wanted, as_of=known_on, team_as_of=team_on, refuse=refuse)


@within_limits()
def _open(
    file: Path,
    *,
    config: StudyConfig,
    quarter: Quarter,
    as_of: date,
    team_as_of: date,
    engine: Backend | None = None,
    refuse: bool = True,
) -> Study:
    today = datetime.now(config.zone).date()
    refuse_quarter(quarter, today=today, config=config, as_of=as_of)
    prepared = file.parent / config.prepared
    engine = engine or connect(time_zone=config.time_zone, folder=prepared)
    accepted = load_tables(config, folder=file.parent, engine=engine, today=today, refuse=refuse)
    tables = KnownTables(
        files={name: of.file for name, of in accepted.items()},
        engine=engine,
        close=quarter.end,
        as_of=as_of,
        team_as_of=team_as_of,
        currency=config.currency,
        versions=frozenset(name for name, of in accepted.items() if "valid_from" in {*of.brought} - {*of.empty}),
        parts=max((of.parts for of in accepted.values()), default=1),
    )
    contents = {name: of.contents for name, of in sorted(accepted.items())}
    fingerprint = digest(contents, config.model_dump(mode="json", exclude=_NO_NUMBERS))
    window = Window(open=config.window_opens, close=quarter.end)
    load = report(accepted, tables=tables, config=config, engine=engine, remembered=prepared / "counted")
    empty = no_data(tables, load=load, quarter=quarter)
    if refuse and empty is not None:
        raise empty
    refuse_other(load, fingerprint=fingerprint, config=config, folder=file.parent)
    return Study(
        config=with_names(config, tables=tables),
        folder=file.parent,
        quarter=quarter,
        as_of=as_of,
        team_as_of=team_as_of,
        window=window,
        tables=tables,
        load=load,
        fingerprint=fingerprint,
        _prepared=Prepared(
            tables=tables,
            config=config,
            window=window,
            quarters=quarters_seen(quarter, window=window),
            as_of=as_of,
            cannot_run=load.cannot_run,
            engine=engine,
            folder=prepared,
            fingerprint=fingerprint,
        ),
        _engine=engine,
        _file=file,
        events=team_frame(tables, name="events"),
        targets=team_frame(tables, name="targets"),
        decisions=team_frame(tables, name="decisions"),
        commentary=team_frame(tables, name="commentary"),
    )


def no_data(tables: Mapping[str, ir.Table], *, load: LoadReport, quarter: Quarter) -> DataError | None:
    """Return the error of a quarter in which nothing happened: no contract began or ended, no money, no answer."""
    last_days = {name: table.last for name, table in load.tables.items()}
    found = nothing_in(tables, last_days=last_days, quarter=quarter)
    return None if found is None else DataError(f"{quarter} has no data", [found], see="data/README.md")

"""The prepared tables of a study: made when they are first asked for, kept as Parquet, never stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.quarter import Quarter, Window
from cxlab.tables.config import StudyConfig
from cxlab.tables.customer_days import customer_days
from cxlab.tables.fingerprint import code_version, digest
from cxlab.tables.known_tables import team_frame, worded
from cxlab.tables.panel import panel
from cxlab.tables.prepare import lives
from cxlab.tables.responses import responses
from cxlab.tables.stored import stored
from cxlab.tables.texts import texts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Maker and keeper of the prepared tables of one quarter.

    Parameters
    ----------
    tables : mapping of str to Table
        Contract tables as known, money in the study's currency.
    cannot_run : callable
        Says why a question cannot run; None if it can.
    folder : Path
        Where prepared tables are kept.
    fingerprint : str
        Of the contents of the tables and of every setting that changes a number.
    """

    tables: Mapping[str, ir.Table]
    config: StudyConfig
    window: Window
    quarters: Sequence[Quarter]
    as_of: date
    cannot_run: Callable[[str], str | None]
    engine: Backend
    folder: Path
    fingerprint: str
    _made: dict[str, ir.Table] = field(default_factory=dict, repr=False)
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def lives(self) -> ir.Table:
        """Spells (`cxlab.tables.prepare.lives`).

        Raises
        ------
        DataError
            If the study has neither contracts nor an activity rule with transactions.
        """
        self._refuse("lives", question="churn", page="contracts")
        return self._kept(
            "lives",
            lambda: lives(
                customers=self.tables.get("customers"),
                contracts=self.tables.get("contracts"),
                transactions=self.tables.get("transactions"),
                rules=self.config.rules,
                window=self.window,
                held=lambda rows: rows.cache(),
            ),
            sort=("customer_id", "spell"),
        )

    def days(self) -> ir.Table:
        """Customer-days (`cxlab.tables.customer_days.customer_days`).

        Raises
        ------
        DataError
            If the study has no transactions.
        """
        if "transactions" not in self.tables:
            reason = "days needs transactions; missing: transactions"
            raise DataError("days cannot be made", [reason], see="data/README.md#transactions")
        return self._kept(
            "days",
            lambda: customer_days(self.tables["transactions"], rules=self.config.rules),
            sort=("customer_id", "day"),
        )

    def panel(self) -> ir.Table:
        """Customer-quarters (`cxlab.tables.panel.panel`).

        Raises
        ------
        DataError
            If answers of known customers or transactions are missing.
        """
        self._refuse("panel", question="revenue", page="transactions")
        return self._kept(
            "quarters",
            lambda: panel(
                lives=self._lives_if_known(),
                transactions=self.tables["transactions"],
                responses=self.responses(),
                rules=self.config.rules,
                quarters=self.quarters,
            ),
            sort=("customer_id", "quarter_number"),
        )

    def responses(self) -> ir.Table:
        """Invitations and answers (`cxlab.tables.responses.responses`).

        Raises
        ------
        DataError
            If the study has no survey responses.
        """
        self._refuse("responses", question="nps", page="survey_responses")
        return self._kept(
            "responses",
            lambda: responses(
                self.tables["survey_responses"],
                lives=self._lives_if_known(),
                customers=self.tables.get("customers"),
                rules=self.config.rules,
                first_month=self.config.first_month,
            ),
            sort=("response_id",),
        )

    def texts(self) -> ir.Table:
        """Texts (`cxlab.tables.texts.texts`).

        Raises
        ------
        DataError
            If the study has no verbatims.
        """
        self._refuse("texts", question="voc", page="verbatims")
        return self._kept(
            "texts",
            lambda: texts(
                self.tables["verbatims"],
                responses=self.responses() if self.cannot_run("nps") is None else None,
                lives=self._lives_if_known(),
                customers=self.tables.get("customers"),
                first_month=self.config.first_month,
            ),
            sort=("verbatim_id",),
        )

    def frame(self, name: str) -> pd.DataFrame:
        """Return codebook or codings; words that are not known are ''."""
        if name not in self._frames:
            self._frames[name] = worded(team_frame(self.tables, name=name), name=name)
        return self._frames[name]

    def _lives_if_known(self) -> ir.Table | None:
        return self.lives() if self.cannot_run("churn") is None else None

    def _refuse(self, name: str, *, question: str, page: str) -> None:
        reason = self.cannot_run(question)
        if reason is not None:
            raise DataError(f"{name} cannot be made", [reason], see=f"data/README.md#{page}")

    def _kept(self, name: str, rows: Callable[[], ir.Table], *, sort: tuple[str, ...]) -> ir.Table:
        if name not in self._made:
            quarter = self.quarters[-1]
            key = digest(self.fingerprint, str(quarter), self.as_of, self.window.open, code_version())
            to = self.folder / name / f"{quarter}-{self.as_of}-{key}.parquet"
            self._made[name] = stored(rows, engine=self.engine, to=to, sort=sort)
        return self._made[name]

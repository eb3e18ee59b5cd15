"""The prepared tables of a study: made when they are first asked for, kept as Parquet, never stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.quarter import Quarter, Window
from cxlab.tables.accounts import leads
from cxlab.tables.activity import stretches_of_signs
from cxlab.tables.blocks import blocks_of, stored_blocks
from cxlab.tables.buying import buying
from cxlab.tables.codes import coding
from cxlab.tables.config import Activity, StudyConfig
from cxlab.tables.customer_days import customer_days
from cxlab.tables.fingerprint import code_version, digest
from cxlab.tables.first_sign import first_sign
from cxlab.tables.known_tables import KnownTables, team_frame, worded
from cxlab.tables.month_sums import read_sums
from cxlab.tables.panel import of_waves, panel
from cxlab.tables.parts import joined_as_written, part_of, unordered
from cxlab.tables.prepare import OF_STOCK, lives, lives_of_ruled
from cxlab.tables.responses import responses
from cxlab.tables.stored import stored, stored_parts
from cxlab.tables.texts import texts

FEWEST_IDLE = 30
"""Fewest days of silence another rule may ask for: signs of life are kept joined up to here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """Maker and keeper of the prepared tables of one quarter.

    Parameters
    ----------
    tables : KnownTables
        Contract tables as known, money in the study's currency.
    cannot_run : callable
        Says why a question cannot run; None if it can.
    folder : Path
        Where prepared tables are kept.
    fingerprint : str
        Of the contents of the tables and of every setting that changes a number.
    """

    tables: KnownTables
    config: StudyConfig
    window: Window
    quarters: Sequence[Quarter]
    as_of: date
    cannot_run: Callable[[str], str | None]
    engine: Backend
    folder: Path
    fingerprint: str
    _made: dict[str, ir.Table] = field(default_factory=dict, repr=False)
    _days: dict[str, int | None] = field(default_factory=dict, repr=False)
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def lives(self) -> ir.Table:
        """Spells (`cxlab.tables.prepare.lives`).

        Raises
        ------
        DataError
            If the study has neither contracts nor an activity rule with transactions.
        """
        self._refuse("lives", question="churn", page="contracts")
        found = partial(self._lives_of, leading=cache(self._leads_by_part))  # held as long as parts are made
        return self._kept_in_parts("lives", found, sort=("customer_id", "spell"))

    def _lives_of(self, tables: KnownTables, part: int, *, leading: Callable[[], ir.Table | None]) -> ir.Table:
        known = leading()
        return lives(
            customers=tables.get("customers"),
            contracts=tables.get("contracts"),
            transactions=tables.get("transactions"),
            rules=self.config.rules,
            window=self.window,
            log_day=self._log_day(),
            leads=None if known is None else self._of_part(known, part),
            held=self._held,
        )

    def _leads_by_part(self) -> ir.Table | None:
        if "customers" not in self.tables:
            return None
        found = leads(self.tables["customers"])
        return self._held(found.mutate(part=part_of(found["customer_id"], self.tables.parts)))

    def lives_under(self, *, idle_days: int) -> ir.Table:
        """Spells if customers without contracts were gone after so many days without a sign, without `OF_STOCK`.

        Raises
        ------
        DataError, ValueError
            As `ruled_under`.
        """
        anew = self.ruled_under(idle_days=idle_days)
        return self.unruled().union(anew)

    def unruled(self) -> ir.Table:
        """Spells of the customers no activity rule is for, without `OF_STOCK`: they are the same under every rule.

        Raises
        ------
        DataError
            If the study has no activity rule for known customers, or no transactions.
        """
        self._activity()
        made = self.lives()
        return made.filter(~made["ruled"]).drop(*OF_STOCK)

    def ruled_under(self, *, idle_days: int) -> ir.Table:
        """Spells of the customers the activity rule is for, under another one, as `lives_under`.

        Their signs of life are read once, however many rules are asked for.

        Raises
        ------
        DataError
            If the study has no activity rule for known customers, or no transactions.
        ValueError
            If it is fewer than `FEWEST_IDLE` days.
        """
        if idle_days < FEWEST_IDLE:
            raise ValueError(f"another rule of silence allows at least {FEWEST_IDLE} days; got {idle_days}")
        self.lives()
        rule = self._activity()
        other = rule.model_copy(update={"idle_days": idle_days, "validity": False})
        signs = self._kept_in_parts(
            "signs", lambda tables, _: _stretches(tables, rule=rule), sort=("customer_id", "first_day")
        )
        return self._kept_in_parts(
            f"lives-{idle_days}", lambda tables, part: self._anew(tables, self._of_part(signs, part), rule=other),
            sort=("customer_id", "spell"),
        )  # fmt: skip

    def _activity(self) -> Activity:
        """Return the study's activity rule."""
        rule = self.config.rules.activity
        if rule is None or not self.by_activity:
            reason = "lives under another rule needs rules.activity in study.toml and transactions"
            raise DataError("lives cannot be made", [reason], see="data/README.md#studytoml")
        return rule

    def _held(self, rows: ir.Table) -> ir.Table:
        """Work a table out, in whatever order, and keep it for as long as it is used."""
        with unordered(self.engine):
            return rows.cache()

    def _of_part(self, table: ir.Table, part: int) -> ir.Table:
        return table.filter(table["part"] == part).drop("part") if self.tables.parts > 1 else table

    @property
    def by_activity(self) -> bool:
        """Whether anybody's leaving goes by the study's activity rule."""
        rule = self.config.rules.activity
        return (
            rule is not None and "transactions" in self.tables and ("customers" in self.tables or not rule.plans)
        )

    def _anew(self, tables: KnownTables, signs: ir.Table, *, rule: Activity) -> ir.Table:
        log_day = self._log_day()
        return lives_of_ruled(
            rule,
            signs,
            customers=tables.get("customers"),
            contracts=tables.get("contracts"),
            transactions=tables["transactions"],
            rules=self.config.rules,
            window=self.window,
            log_day=self.window.close_day if log_day is None else log_day,  # without a sign nobody has joined
            held=self._held,
        )

    def _log_day(self) -> int | None:
        """First day of the log of signs of life, over the customers of all parts; worked out once."""
        rule = self.config.rules.activity
        if rule is None or "transactions" not in self.tables:
            return None
        if "log" not in self._days:
            self._days["log"] = first_sign(self.tables, rule=rule)
        return self._days["log"]

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
        if "days" not in self._made:
            with joined_as_written(self.engine):
                self._made["days"] = self._days_in_blocks()
        return self._made["days"]

    def _days_in_blocks(self) -> ir.Table:
        """Days of a quarter of a year hang on what happened in it and at most ``refund_days`` around it."""
        tables, rules = self.tables, self.config.rules
        sums = read_sums(tables.files["transactions"], close=tables.close, as_of=self.as_of, engine=self.engine)
        made_by = digest(rules.model_dump(mode="json"), self.config.currency, tables.rated(), code_version())

        def of_part(part: int, since: date, until: date) -> ir.Table:
            rows = tables.of_part(part)["transactions"]
            return customer_days(rows.filter((rows["at"] >= since) & (rows["at"] < until)), rules=rules)

        return stored_blocks(
            of_part,
            blocks=blocks_of(sums, parts=tables.parts, reach=rules.refund_days, close=tables.close, rules=made_by),
            reach=rules.refund_days,
            parts=tables.parts,
            engine=self.engine,
            to=self._place("days"),
            sort=("customer_id", "day"),
        )

    def buying(self, *, before_days: int = 0) -> ir.Table:
        """Purchases by customer (`cxlab.tables.buying.buying`), as of so many days before the close.

        Where there are such days, ``later`` counts the purchases in them. The rows are those known at the close.

        Raises
        ------
        DataError
            If the study has no transactions, or nobody's spells can be made.
        ValueError
            If the close would lie before the window opens.
        """
        until = self.window.close - timedelta(days=before_days)
        if before_days < 0 or until <= self.window.open:
            raise ValueError(f"buying needs days from 0 to the length of the window; got {before_days}")
        window = Window(open=self.window.open, close=until)
        days, spells = self.days(), self.lives()
        return self._kept_in_parts(
            f"buying-{before_days}" if before_days else "buying",
            lambda _, part: buying(
                self._of_part(days, part),
                self._of_part(spells, part),
                window=window,
                later_days=before_days or None,
            ),
            sort=("customer_id",),
        )

    def panel(self) -> ir.Table:
        """Customer-quarters (`cxlab.tables.panel.panel`).

        Raises
        ------
        DataError
            If answers of known customers or transactions are missing.
        """
        self._refuse("panel", question="revenue", page="transactions")
        self._lives_if_known()  # made first, and the answers: it is of the panel's joins that we know better
        self.responses()
        answers = cache(self._answers_by_part)  # held as long as parts are made, by nobody else
        with joined_as_written(self.engine):
            return self._kept_in_parts("quarters", partial(self._panel_of, answers=answers), sort=())

    def _answers_by_part(self) -> ir.Table:
        """Work out what the panel reads of the answers, so that each part finds its own without reading all."""
        answers = of_waves(self.responses())
        return answers.mutate(part=part_of(answers["customer_id"], self.tables.parts)).order_by("part").cache()

    def _panel_of(self, tables: KnownTables, part: int, *, answers: Callable[[], ir.Table]) -> ir.Table:
        spells = self._lives_if_known()
        mine = None if spells is None else self._of_part(spells, part)
        return panel(
            lives=mine,
            transactions=tables["transactions"],
            responses=self._of_part(answers(), part),
            rules=self.config.rules,
            quarters=self.quarters,
            held=self._held,
            coded=coding(self.engine, mine, ("plan", "region", "segment")),
        )

    def responses(self) -> ir.Table:
        """Invitations and answers (`cxlab.tables.responses.responses`).

        Raises
        ------
        DataError
            If the study has no survey responses.
        """
        self._refuse("responses", question="nps", page="survey_responses")
        self._lives_if_known()  # made first: it is of the joins of answers that we know better
        with joined_as_written(self.engine):
            return self._kept(
                "responses",
                lambda: responses(
                    self.tables["survey_responses"],
                    lives=self._lives_if_known(),
                    customers=self.tables.get("customers"),
                    rules=self.config.rules,
                    about=self.quarters[-1],
                    held=self._held,
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
                about=self.quarters[-1],
                held=self._held,
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
            self._made[name] = stored(rows, engine=self.engine, to=self._place(name), sort=sort)
        return self._made[name]

    def _kept_in_parts(
        self, name: str, rows: Callable[[KnownTables, int], ir.Table], *, sort: tuple[str, ...]
    ) -> ir.Table:
        if name not in self._made:
            self._made[name] = stored_parts(
                lambda part: rows(self.tables.of_part(part), part),
                parts=self.tables.parts, engine=self.engine, to=self._place(name), sort=sort,
            )  # fmt: skip
        return self._made[name]

    def _place(self, name: str) -> Path:
        """Where a table is kept; the name holds the fingerprint of all it is made of."""
        quarter = self.quarters[-1]
        made_of = (self.fingerprint, str(quarter), self.as_of, self.window.open, self.tables.parts, code_version())
        return self.folder / name / f"{quarter}-{self.as_of}-{digest(*made_of)}.parquet"


def _stretches(tables: KnownTables, *, rule: Activity) -> ir.Table:
    return stretches_of_signs(
        tables["transactions"], customers=tables.get("customers"), contracts=tables.get("contracts"), rule=rule,
        apart=FEWEST_IDLE,
    )  # fmt: skip

"""The words the contract is written in: tables, columns, rules, references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Type = Literal["id", "code", "text", "date", "timestamp", "integer", "amount", "real", "flag"]

TYPE_WORDS: Mapping[Type, str] = {
    "id": "an id (text)",
    "code": "a code (text)",
    "text": "text",
    "date": "a date",
    "timestamp": "a date or a date with time",
    "integer": "a whole number",
    "amount": "an amount of money",
    "real": "a number",
    "flag": "true or false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a contract table.

    Parameters
    ----------
    name : str
        Its name everywhere in the package.
    type : Type
        Ids, codes and text are text; dates are local days of the study's zone; amounts are whole minor units.
    meaning : str
        One line for the dictionary.
    required : bool
        A source must bring it.
    filled : bool
        A row without a value is quarantined.
    known_at : str, optional
        The date column on which the value becomes known; before that day it reads as missing.
    codes : tuple of str
        The only values allowed; empty = any.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    filled: bool = False
    known_at: str | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What must hold in every row; ``holds`` is an SQL condition over contract columns, missing = not tested."""

    name: str
    needs: tuple[str, ...]
    holds: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """``column`` points at ``to`` of another table; a strict reference quarantines what points nowhere."""

    column: str
    table: str
    to: str
    strict: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A contract table.

    Parameters
    ----------
    name, meaning : str
        What it is called and what one row is.
    columns : tuple of Column
        All columns it may have.
    key : tuple of str
        Columns that together are unique (with ``valid_from`` where the table has versions).
    dated_by : tuple of str
        The first of these that is not missing is the day the row happened.
    parent : Reference, optional
        Undated rows happened when their parent row did.
    team : bool
        Work of the team itself: cut by the team's date only, never by the close.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated_by: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()
    parent: Reference | None = None
    team: bool = False

    def column(self, name: str) -> Column:
        """Return a column by name.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns a source must bring."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def versioned(self) -> bool:
        """Whether a row may stand in several versions, each valid from a day on."""
        return "valid_from" in self.names


def column(name: str, kind: Type, meaning: str, *codes: str, known_at: str | None = None) -> Column:
    """Return a column; ``name!`` must be brought and filled, ``name+`` brought but not filled in every row."""
    return Column(
        name=name.rstrip("!+"),
        type=kind,
        meaning=meaning,
        required=name[-1] in "!+",
        filled=name.endswith("!"),
        known_at=known_at,
        codes=tuple(codes),
    )


def order(first: str, then: str) -> Rule:
    """Return the rule that ``then`` is not before ``first``."""
    return Rule(
        name=f"{then}_before_{first}",
        needs=(first, then),
        holds=f'"{then}" >= "{first}"',
        words=f"{then} is on or after {first}",
    )


def apart(first: str, then: str) -> Rule:
    """Return the rule that a half-open interval is not empty."""
    return Rule(
        name=f"{then}_same_day_as_{first}",
        needs=(first, then),
        holds=f'"{then}" <> "{first}"',
        words=f"{then} is the first day after, so it is another day than {first}",
    )


def within(name: str, low: str, high: str) -> Rule:
    """Return the rule that a column lies between two numbers or columns, both included."""
    return Rule(
        name=f"{name}_outside_scale",
        needs=tuple(bound for bound in (name, low, high) if not bound.isdigit()),
        holds=f"{name} BETWEEN {low} AND {high}",
        words=f"{name} lies between {low} and {high}",
    )


def above(name: str, low: str) -> Rule:
    """Return the rule that a column is a number or more."""
    words = f"{name} is {low} or more"
    return Rule(name=f"{name}_below_{low}", needs=(name,), holds=f"{name} >= {low}", words=words)


def chance(name: str) -> Rule:
    """Return the rule that a column is a chance other than none."""
    words = f"{name} is above 0 and at most 1"
    return Rule(name=f"{name}_no_chance", needs=(name,), holds=f"{name} > 0 AND {name} <= 1", words=words)


LOADED = column("loaded_at", "timestamp", "when the row reached the source; after the knowledge date = late")
WRITTEN = column("recorded_at", "timestamp", "when the team wrote the row; later than the team's date = not used")
VERSIONS = (
    column("valid_from", "date", "first day this version of the row is valid; missing = always"),
    column("valid_to", "date", "first day it is no longer valid"),
)
CUSTOMER = Reference(column="customer_id", table="customers", to="customer_id")
CUSTOMER_IF_KNOWN = Reference(column="customer_id", table="customers", to="customer_id", strict=False)
RESPONSE = Reference(column="response_id", table="survey_responses", to="response_id", strict=False)

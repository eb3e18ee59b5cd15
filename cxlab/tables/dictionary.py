"""The data dictionary data/README.md, written from the contract: ``python -m cxlab.tables.dictionary``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cxlab.tables.schema import NEEDS, TABLES, TYPE_WORDS, Column, Table

_INTRO = Path(__file__).with_name("dictionary.md")


def dictionary() -> str:
    """Return the whole dictionary as Markdown."""
    parts = [
        _INTRO.read_text(encoding="utf-8").rstrip(),
        _needs(),
        *(_table(table) for table in TABLES.values()),
    ]
    return "\n\n".join(parts) + "\n"


def _needs() -> str:
    lines = ["## What a question needs", "", "| question | any one of |", "|--|--|"]
    lines += [
        f"| {question} | {' or '.join(' + '.join(f'`{need}`' for need in way) for way in ways)} |"
        for question, ways in NEEDS.items()
    ]
    return "\n".join(lines)


def _table(table: Table) -> str:
    return "\n".join(
        [f"## {table.name}", "", table.meaning, "", *_facts(table), "", *_columns(table), *_rules(table)]
    )


def _facts(table: Table) -> Iterator[str]:
    yield f"- key: {' + '.join(f'`{name}`' for name in table.key)}"
    if table.team:
        yield "- the team's own work: cut by the team's date, not by the close"
    elif table.dated_by:
        yield f"- a row happened at: {', else '.join(f'`{name}`' for name in table.dated_by)}"
    if table.parent:
        answer = f"[{table.parent.table}](#{table.parent.table})"
        yield f"- an undated row happened when its row of {answer} was answered"
    for reference in table.references:
        what = "must be" if reference.strict else "is looked up, and counted when it is not,"
        yield f"- `{reference.column}` {what} in [{reference.table}](#{reference.table})"


def _columns(table: Table) -> Iterator[str]:
    yield "| column | what it holds | meaning | known from |"
    yield "|--|--|--|--|"
    for column in table.columns:
        yield f"| {_name(column)} | {_holds(column)} | {column.meaning} | {_known(column)} |"


def _name(column: Column) -> str:
    return f"**`{column.name}`**" if column.required else f"`{column.name}`"


def _holds(column: Column) -> str:
    return ", ".join(f"`{code}`" for code in column.codes) or TYPE_WORDS[column.type]


def _known(column: Column) -> str:
    return f"`{column.known_at}`" if column.known_at else ""


def _rules(table: Table) -> Iterator[str]:
    if table.rules:
        yield ""
        yield "Rows that break a rule are quarantined:"
        yield ""
        yield from (f"- `{rule.name}`: {rule.words}" for rule in table.rules)


if __name__ == "__main__":
    Path("data/README.md").write_text(dictionary(), encoding="utf-8")

"""What people call themes and touchpoints: names from the tables themselves, in the languages of the study."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from cxlab.tables.config import StudyConfig

_OF = {"theme": "codebook", "touchpoint": "touchpoints"}
_KEYS = {"codebook": "code_id", "touchpoints": "touchpoint_id"}
_NAMES = {"codebook": {"en": "name_en", "vi": "name_vi"}, "touchpoints": {"en": "name", "vi": "name_vi"}}


def with_names(config: StudyConfig, *, tables: Mapping[str, ir.Table]) -> StudyConfig:
    """Return the study's settings with labels ``theme`` and ``touchpoint`` from codebook and touchpoints.

    A label in the study file goes before the name in the table; of several versions of a code the newest names it;
    a name missing in one language is taken from another.
    """
    found = {of: _named(tables[table], table=table) for of, table in _OF.items() if table in tables}
    merged = {of: {**names, **config.labels.get(of, {})} for of, names in found.items()}
    return config.model_copy(update={"labels": {**config.labels, **merged}})


def _named(rows: ir.Table, *, table: str) -> dict[str, dict[str, str]]:
    key, names = _KEYS[table], _NAMES[table]
    order = [key, "version"] if "version" in rows.columns else [key]
    found: dict[str, dict[str, str]] = {}
    for row in rows.order_by(order).select(key, *names.values()).to_pyarrow().to_pylist():
        said = {language: row[column] for language, column in names.items() if row[column]}
        fallback = next(iter(said.values()), row[key])
        found[row[key]] = {language: said.get(language, fallback) for language in names}
    return found

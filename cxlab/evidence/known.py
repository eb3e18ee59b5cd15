"""What becomes known of customers while they stay, laid beside their spells."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir


def with_known(lives: ir.Table, known: ir.Table, *, needed: Sequence[str], what: str) -> ir.Table:
    """Join to each spell the rows known of its customer; their columns replace those of the same name.

    Raises
    ------
    ValueError
        If ``known`` lacks columns that ``what`` needs.
    """
    missing = [name for name in needed if name not in known.columns]
    if missing:
        raise ValueError(
            f"{what} need {', '.join(needed)}; {', '.join(missing)} not among {', '.join(known.columns)}"
        )
    replaced = [name for name in known.columns if name != "customer_id" and name in lives.columns]
    few = known.cache()  # counted by that: the engine would take them for more than the spells, and hold those
    return lives.drop(*replaced).inner_join(few, "customer_id")

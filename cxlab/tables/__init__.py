"""Sources become contract tables, and contract tables what was known of them at a quarter's close.

`schema` says what the tables are, `config` reads study.toml, `sources` and `load` read and check, `known` cuts to
what was known, `prepare` builds ``lives``, `study` opens all of it for one quarter. Names below are imported when
they are first used, so that `schema` alone stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxlab.tables.init import init_study
    from cxlab.tables.study import Study, open_study
    from cxlab.tables.summary import check_study, describe

_HOMES = {
    "Study": "study",
    "check_study": "summary",
    "describe": "summary",
    "init_study": "init",
    "open_study": "study",
}

__all__ = ["Study", "check_study", "describe", "init_study", "open_study"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

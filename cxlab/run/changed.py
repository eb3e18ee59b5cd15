"""What is not as it was when a quarter was published: data, settings, code, packages, earlier quarters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cxlab.run.kept import Kept

Json: TypeAlias = Any
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs: ``kind`` is data, settings, code, notebook, package or earlier."""

    kind: str
    what: str
    then: str
    now: str


def changes(was: Kept, *, now: Mapping[str, Json]) -> tuple[Change, ...]:
    """Compare what a published run ran on with what its repetition ran on.

    Parameters
    ----------
    was : Kept
        The published run.
    now : mapping
        The manifest of the repetition.
    """
    then = was.manifest
    return (
        *_data(then, now),
        *_each("code", {"cxlab": then.get("cxlab")}, {"cxlab": now.get("cxlab")}),
        *_each("code", {"python": then.get("python")}, {"python": now.get("python")}),
        *_each("notebook", _notebooks(then), _notebooks(now)),
        *_each("package", then.get("packages", {}), now.get("packages", {})),
        *_earlier(was),
    )


def _data(then: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[Change]:
    """Tell tables whose rows differ; settings where the fingerprint differs and no table does."""
    tables = list(_each("data", _tables(then), _tables(now)))
    yield from tables
    if not tables and then["fingerprint"] != now["fingerprint"]:
        yield Change(kind="settings", what="study.toml", then=then["fingerprint"], now=now["fingerprint"])


def _tables(manifest: Mapping[str, Json]) -> dict[str, str]:
    tables = manifest["load"]["tables"]
    return {
        name: f"{table['accepted']:,} rows, {table.get('contents', '')[:12]}" for name, table in tables.items()
    }


def _notebooks(manifest: Mapping[str, Json]) -> dict[str, str]:
    return {step["notebook"]: step["sha256"][:12] for step in manifest["steps"].values()}


def _each(kind: str, then: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[Change]:
    for what in dict.fromkeys([*then, *now]):
        old, new = (str(side.get(what) or NONE) for side in (then, now))
        if old != new:
            yield Change(kind=kind, what=what, then=old, now=new)


def _earlier(was: Kept) -> Iterator[Change]:
    """Tell earlier quarters that were published after this one: what is compared with them may differ."""
    made = was.manifest["run"]["made_at"]
    for quarter, run_id in was.published.items():
        manifest = was.folder.parent / run_id / "manifest.json"
        if quarter < was.quarter and manifest.is_file():
            later = json.loads(manifest.read_text(encoding="utf-8"))["run"]["made_at"]
            if later > made:
                yield Change(kind="earlier", what=quarter, then="another run, or none", now=run_id)

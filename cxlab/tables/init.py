"""A study of one's own: a folder with a study file that teaches the mapping, and empty files for the team."""

from __future__ import annotations

from pathlib import Path

from cxlab.errors import UsageError
from cxlab.tables.dictionary import dictionary
from cxlab.tables.schema import TABLES

_STUDY = Path(__file__).with_name("new_study.toml")


def init_study(folder: Path) -> list[Path]:
    """Make a study in a new or empty folder.

    Parameters
    ----------
    folder : Path
        Where; made if missing.

    Returns
    -------
    list of Path
        The files written, study.toml first.

    Raises
    ------
    UsageError
        If the folder has something in it, or is a file.
    """
    folder = Path(folder).expanduser().resolve()
    if folder.is_file():
        raise UsageError(f"{folder} is a file", ["needed: a new or empty folder"])
    if folder.is_dir() and any(folder.iterdir()):
        inside = sorted(path.name for path in folder.iterdir())
        shown = ", ".join(inside[:3]) + (", ..." if len(inside) > 3 else "")
        raise UsageError(f"{folder} is not empty", [f"needed: a new or empty folder; it holds {shown}"])
    title = folder.name.replace('"', "'").replace("\\", " ") or "My study"
    texts = {
        "study.toml": _STUDY.read_text(encoding="utf-8").replace("My study", title),
        "codebook.yaml": _CODEBOOK,
        "events.csv": ",".join(TABLES["events"].names) + "\n",
        "decisions.csv": ",".join(TABLES["decisions"].names) + "\n",
        "README.md": dictionary(),
        "reports/README.md": _REPORTS,
        ".gitignore": _IGNORED,
    }
    for path in ("raw", "private", "prepared", "reports", "codings", "commentary"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    (folder / "private").chmod(0o700)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


_CODEBOOK = """\
# The codebook: what customers talk about. One entry per code; a changed meaning is a new version. Replace this.
- code_id: billing
  version: 1
  name_en: Billing
  name_vi: Thanh toán
  definition: Says something about bills, balances or deductions.
  include: wrong balance, charged twice
  exclude: prices as such (price)
  since: 2026-01-01
"""

_REPORTS = """\
# Reports

`cxlab run 2026Q3` makes a draft of a quarter and prints where it lies: `.runs/<run>/index.html`.
`cxlab publish 2026Q3 --approved-by "Head of CX research"` makes it `2026Q3/index.html`; with `auto_publish = true`
in study.toml every run does. `cxlab history 2026Q3` tells what happened to a quarter.
"""

_IGNORED = """\
# data that is brought, made or private does not belong into a repository
raw/
prepared/
private/
exports/
reports/*
!reports/README.md
"""

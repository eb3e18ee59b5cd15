"""The tables of README.md, from all that was ever measured: of every piece the newest measurement at each size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from scale.evidence import asked_of, pieces
from scale.fits import BARS, Bar
from scale.results import RESULTS, Line, lines, newest

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- at scale: begin -->", "<!-- at scale: end -->"
MILLION = 1_000_000
Found = Mapping[tuple[object, ...], Line]


def write(*, readme: Path = README, folder: Path = RESULTS) -> None:
    """Put the tables between the markers of README.md."""
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    tables = "\n".join([BEGIN, *rendered(folder), END])
    readme.write_text(before + tables + rest.partition(END)[2], encoding="utf-8")
    print(tables)


def rendered(folder: Path) -> Iterator[str]:
    """Yield the lines of all tables that anything was measured for."""
    parts = (
        ("A load, step by step", load(lines("load", folder=folder))),
        ("A load of the last three quarters of transactions", load(lines("load", folder=folder), laid={"since"})),
        ("The same from CSV", load(lines("load", folder=folder), laid={"since", "csv"})),
        ("One table alone, beside a bare scan of the file", alone(lines("load", folder=folder))),
        ("Evidence and fits", evidence(lines("evidence", folder=folder))),
        ("The bars", bars(lines("evidence", folder=folder))),
        ("Survival with few keys and with more", survival(lines("survival", folder=folder))),
        ("Against other libraries", anchors(lines("anchors", folder=folder))),
        ("A whole quarter from prepared tables", quarter(lines("quarter", folder=folder))),
    )
    for title, rows in parts:
        if rows:
            yield from ("", f"### {title}", "", *rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table of Markdown; nothing without rows."""
    body = ["| " + " | ".join(row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", "|--" * len(head) + "|", *body] if body else []


def cost(line: Line | None, *, of: str = "cpu") -> str:
    """Say seconds and memory.

    >>> cost({"cpu": 12.345, "peak": 0.4567})
    '12.3 s, 0.46 GB'
    """
    return "" if line is None else f"{seconds(line[of])}, {line['peak']:.2f} GB"


def seconds(value: float) -> str:
    """Three digits that count.

    >>> seconds(0.0123), seconds(4.567), seconds(123.4)
    ('0.01 s', '4.57 s', '123 s')
    """
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def exponent(costs: Mapping[int, float]) -> float | None:
    """Slope of log seconds on log customers over all sizes: 1 is a cost that doubles with the customers.

    >>> round(exponent({1_000_000: 2.0, 10_000_000: 20.0}), 2)
    1.0
    """
    points = [(math.log(size), math.log(cost)) for size, cost in costs.items() if cost > 0]
    if len(points) < 2:
        return None
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def sizes_of(found: Iterable[Line]) -> list[int]:
    """Return the sizes measured, smallest first."""
    return sorted({line["customers"] for line in found})


def named(size: int) -> str:
    """Say a number of customers.

    >>> named(50_000_000), named(20_000)
    ('50 million', '20,000')
    """
    if not size:
        return "made-up rows"
    return f"{size // MILLION} million" if size % MILLION == 0 else f"{size:,}"


def measured_on(found: Iterable[Line]) -> str:
    """Say where, when and with how many threads."""
    last = {line["customers"]: line for line in sorted(found, key=lambda line: str(line["when"]))}
    told = (
        ", ".join([line["when"][:10], line["machine"], f"threads {line['threads'] or 'all'}", line["commit"]])
        for _, line in sorted(last.items())
    )
    named_too = (f"{named(size)}: {about}" for size, about in zip(sorted(last), told, strict=True))
    return f"Measured {'; '.join(named_too)}."


def evidence(found: list[Line]) -> list[str]:
    """Time and memory of builders and fits at each size, times the bare scan, and growth."""
    held, sizes = newest(found, by=("what", "story", "name", "customers")), sizes_of(found)
    rows = []
    for name, piece in pieces():
        mine = {size: held.get((piece["job"], piece["story"], name, size)) for size in sizes}
        if any(mine.values()):
            costs = {size: line["cpu"] for size, line in mine.items() if line}
            slope = exponent(costs)
            cells = [_beside(line, held) for line in mine.values()]
            shown = f"`{name}`" if piece["job"] == "call" else name
            rows.append([piece["story"], shown, *cells, "" if slope is None else f"{slope:.2f}"])
    rows += [_all(held, sizes)] if rows else []
    head = ["asked in", "what", *(f"{named(size)}: CPU, memory, times the scan" for size in sizes), "growth"]
    return [measured_on(found), "", *table(head, rows)] if rows else []


def _all(held: Found, sizes: Sequence[int]) -> list[str]:
    """Every builder and fit that was measured at all sizes, added up; memory of the largest."""
    named_so = {(piece["job"], piece["story"], name) for name, piece in pieces()}
    wanted = {each for each in named_so if all((*each, size) in held for size in sizes)}
    sums = {}
    for size in sizes:
        mine = [line for key, line in held.items() if key[:3] in wanted and key[3] == size]
        sums[size] = {
            "cpu": sum(line["cpu"] for line in mine),
            "peak": max((line["peak"] for line in mine), default=0),
        }
    slope = exponent({size: line["cpu"] for size, line in sums.items()})
    return [
        "",
        "**all that were measured at each size**",
        *map(cost, sums.values()),
        "" if slope is None else f"{slope:.2f}",
    ]


def _beside(line: Line | None, held: Found) -> str:
    if line is None:
        return ""
    scan = held.get(("scan", "", line.get("scan"), line["customers"]))
    return f"{cost(line)}, {line['cpu'] / scan['cpu']:.1f}x" if scan and scan["cpu"] > 0 else cost(line)


def bars(found: list[Line]) -> list[str]:
    """What whole questions cost against one bare scan of all they read, beside what they may cost."""
    held, sizes = newest(found, by=("what", "story", "name", "customers")), sizes_of(found)
    rows = []
    for bar in BARS:
        cells = [_whole(bar, held, size) for size in sizes]
        if any(cells):
            rows.append([bar.title, f"{bar.times:g}x, {bar.gigabytes:g} GB", *cells])
    return table(["question", "bar", *map(named, sizes)], rows)


def _whole(bar: Bar, held: Found, size: int) -> str:
    parts = [held.get(("call", story, text, size)) for story, text in asked_of(bar)]
    parts += [line for key, line in held.items() if key[0] == "fit" and key[2] in bar.fits and key[3] == size]
    scan = held.get(("scan", "", bar.title, size))
    if scan is None or None in parts or not scan["cpu"]:
        return ""
    cpu = sum(line["cpu"] for line in parts if line)
    peak, above = (max(line["peak"] - line[less] if less else line["peak"] for line in parts if line)
                   for less in ("", "start"))  # fmt: skip
    return f"{seconds(cpu)}, {cpu / scan['cpu']:.1f}x, {peak:.2f} GB (work alone {above:.2f} GB)"


def survival(found: list[Line]) -> list[str]:
    """The toolkit with no further key than covariates and causes, and what quarters and buckets cost."""
    held, sizes = newest(found, by=("what", "name", "customers")), sizes_of(found)
    names = dict.fromkeys(str(line["name"]) for line in found if line["what"] == "survival")
    scans = {key[2]: line for key, line in held.items() if key[0] == "scan"}
    rows = []
    for name in names:
        cells = [_beside_scan(held.get(("survival", name, size)), scans.get(size)) for size in sizes]
        rows.append([name, *cells])
    head = ["keys", *(f"{named(size)}: CPU, memory, times the scan" for size in sizes)]
    return [measured_on(found), "", *table(head, rows)] if rows else []


def _beside_scan(line: Line | None, scan: Line | None) -> str:
    if line is None or scan is None or not scan["cpu"]:
        return cost(line)
    return f"{cost(line)} (work alone {line['peak'] - line['start']:.2f} GB), {line['cpu'] / scan['cpu']:.1f}x"


def load(found: list[Line], *, laid: Set[str] = frozenset()) -> list[str]:
    """Steps of a load, the tables inside the first of them, and all steps together.

    Parameters
    ----------
    laid : set of str
        How sources were laid out: ``since`` are loads of transactions from a day on, ``csv`` of CSV files.
    """
    steps = [line for line in found if line["what"] in ("step", "table")]
    mine = [line for line in steps if {"since", "csv"} & line.keys() == laid]
    held, sizes = newest(mine, by=("what", "name", "customers")), sizes_of(mine)
    rows = []
    for what, name in dict.fromkeys((str(line["what"]), str(line["name"])) for line in mine):
        cells = [held.get((what, name, size)) for size in sizes]
        shown = f"of which {name}" if what == "table" else f"**{name}**"
        rows.append([shown, *(_step(line) for line in cells)])
    rows.append(["**all steps**", *(_all_steps(held, size) for size in sizes)])
    head = ["step", *(f"{named(size)}: wall, CPU, memory, rows" for size in sizes)]
    return [measured_on(mine), "", *table(head, rows)] if mine else []


def _all_steps(held: Found, size: int) -> str:
    steps = [line for key, line in held.items() if key[0] == "step" and key[2] == size]
    sums = {name: sum(line[name] for line in steps) for name in ("wall", "cpu")}
    return _step({**sums, "peak": max(line["peak"] for line in steps)})


def _step(line: Line | None) -> str:
    if line is None:
        return ""
    rows = f", {line['rows']:,} rows" if "rows" in line else ""
    return f"{seconds(line['wall'])}, {cost(line)}{rows}"


def alone(found: list[Line]) -> list[str]:
    """One table of many rows, as Parquet and as CSV."""
    mine = [line for line in found if line["what"] in ("rows", "rows scan")]
    held = newest(mine, by=("what", "name", "customers"))
    rows = []
    for what, kind, size in held:
        scan = held.get(("rows scan", kind, size))
        if what == "rows" and scan:
            line = held[what, kind, size]
            both = [f"{seconds(each['wall'])}, {cost(each)}" for each in (line, scan)]
            rows.append([f"{named(int(str(size)))} rows, {kind}", *both])
    head = ["what", "load: wall, CPU, memory", "bare scan: wall, CPU, memory"]
    return [measured_on(mine), "", *table(head, rows)] if rows else []


def anchors(found: list[Line]) -> list[str]:
    """Ourselves beside other libraries, and how far the answers lie apart."""
    held = newest(found, by=("what", "name", "against", "customers"))
    rows = []
    for what, name, against, size in sorted(
        held, key=lambda each: (str(each[1]), int(str(each[3])), str(each[2]))
    ):
        ours, theirs = (held.get((side, name, against, size)) for side in ("ours", "theirs"))
        if what == "ours" and ours and theirs and "cpu" in ours:
            rows.append([f"{name}{_at(int(str(size)))}", str(against), _alone(ours), *_against(ours, theirs)])
    head = [
        "what", "against", "ours: CPU, memory (work alone)", "theirs", "CPU", "memory (work alone)",
        "farthest apart",
    ]  # fmt: skip
    return [measured_on(found), "", *table(head, rows)] if rows else []


def _at(size: int) -> str:
    return f", {named(size)} customers" if size else ""


def _alone(line: Line) -> str:
    return f"{cost(line)} ({line['peak'] - line['start']:.2f} GB)"


def _against(ours: Line, theirs: Line) -> list[str]:
    if "cpu" not in theirs:
        spent = float(theirs.get("spent", 0))
        said = f" and {seconds(spent)} of CPU" if spent else ""
        least = f"over {spent / ours['cpu']:.0f}x" if spent > ours["cpu"] else ""
        return [f"{theirs.get('failed', '')}{said}", least, "", ""]
    both = ours["found"].keys() & theirs["found"].keys()
    apart = max(abs(ours["found"][name] - theirs["found"][name]) / abs(theirs["found"][name]) for name in both)
    cpu, whole = (theirs[name] / ours[name] for name in ("cpu", "peak"))
    alone = (theirs["peak"] - theirs["start"]) / (ours["peak"] - ours["start"])
    return [_alone(theirs), f"{cpu:.1f}x", f"{whole:.1f}x ({alone:.1f}x)", f"{apart:.0e}"]


def quarter(found: list[Line]) -> list[str]:
    """Whole runs."""
    held = newest(found, by=("name", "customers"))
    rows = [
        [named(line["customers"]), seconds(line["wall"]), seconds(line["cpu"]), f"{line['peak']:.2f} GB",
         f"{line['together']:.2f} GB"]
        for line in sorted(held.values(), key=lambda line: int(line["customers"]))
    ]  # fmt: skip
    head = ["customers", "wall", "CPU, all processes", "largest process", "all processes together"]
    return [measured_on(found), "", *table(head, rows)] if rows else []

"""What a finding rests on and how to get there: tables and rows, method, checks, downloads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from cxlab.finding import Finding, Label
from cxlab.report.clean import plain
from cxlab.report.sections import caption_of
from cxlab.report.site import Report, about
from cxlab.tables.reads import tables_read
from cxlab.wording import Wording

FILES = {"CSV": ".csv", "XLSX": ".xlsx"}
"""Files a finding's table can be had as, and their endings."""

_SECTION = re.compile(
    r'(<section class="finding" id="[^"]*" data-finding="(?P<name>[^"]+)">(?P<said>.*?))(?P<end>\n?</section>)',
    re.DOTALL,
)


def rows_read(question: str, report: Report) -> dict[str, int]:
    """Return how many rows of each table a question reads were accepted."""
    asked = about(report.executed[question]).get("tables", ()) if question in report.executed else ()
    tables = report.study.load.tables
    return {name: tables[name].accepted for name in tables_read(question, asked=asked, present=tables)}


def evidence_text(rows: Mapping[str, int], *, proofs: Iterable[str] = (), wording: Wording) -> str:
    """Say what a finding rests on: its tables with their rows, or the findings it is read from.

    Parameters
    ----------
    rows : mapping of str to int
        Accepted rows by table.
    proofs : iterable of str
        Names of the findings every number is read from, where nothing is computed.
    wording : Wording
        The language.
    """
    read = tuple(dict.fromkeys(proofs))
    if read:
        return wording.text("proof.read_from", names=wording.number(read, "list"))
    counts = [
        wording.text("proof.rows", table=Label(of="table", code=table), rows=count)
        for table, count in rows.items()
    ]
    return "; ".join(counts) if counts else wording.text("proof.no_tables")


def evidence_html(finding: Finding, report: Report, *, wording: Wording) -> Markup:
    """Write what a finding rests on, each part leading to where it is told."""
    proofs = tuple(dict.fromkeys(proofs_of(finding)))
    if not proofs:
        said = plain(evidence_text(rows_read(finding.question, report), wording=wording))
        return Markup('<a href="data.html#tables">{}</a>').format(said)
    names = Markup(", ").join(Markup('<a href="#{0}"><code>{0}</code></a>').format(plain(name)) for name in proofs)
    before, _, after = plain(evidence_text({}, proofs=["@"], wording=wording)).partition("@")
    return Markup("{}{}{}").format(before, names, after)


def proofs_of(finding: Finding) -> tuple[str, ...]:
    """Return the findings a finding says its numbers are read from; none where they are its own."""
    return tuple(map(str, finding.table["proof"])) if "proof" in finding.table.columns else ()


def proof_line(finding: Finding, report: Report, *, wording: Wording) -> Markup:
    """Write the links from a finding to its method and checks, the rows it rests on and its table as files."""
    rows = rows_read(finding.question, report)
    counted = wording.text("proof.evidence", rows=sum(rows.values()), tables=len(rows))
    links = [
        Markup('<a href="methods.html#{}">{}</a>').format(plain(finding.name), _checked(finding, wording)),
        Markup('<a href="data.html#tables">{}</a>').format(plain(counted)),
        *files_html(finding, wording=wording),
    ]
    return Markup('<p class="proofs">{}</p>').format(Markup(" ").join(links))


def files_html(finding: Finding, *, wording: Wording) -> list[Markup]:
    """Write a link to each file of a finding's table; what is linked is said to who cannot see where it stands."""
    what = caption_of(finding, wording=wording)
    return [
        Markup('<a href="../downloads/{}{}" download aria-label="{}">{}</a>').format(
            plain(finding.name), ending, plain(wording.text("proof.file", what=what, kind=kind)), kind
        )
        for kind, ending in FILES.items()
    ]


def with_proofs(written: str, report: Report, *, wording: Wording) -> Markup:
    """Add to each section of a page the way to its proof.

    A section that nobody recorded stays as it is, and so does one whose words stand at the head of the page, where
    the way to their proof stands too.
    """

    def proved(match: re.Match[str]) -> str:
        finding = report.find(match["name"]) if match["said"].strip() else None
        line = "" if finding is None else f"\n{proof_line(finding, report, wording=wording)}"
        return f"{match[1]}{line}{match['end']}"

    return Markup(_SECTION.sub(proved, written))


def _checked(finding: Finding, wording: Wording) -> str:
    """Say that method and checks are there, and how many checks there are."""
    made = sum(check.passed is not None for check in finding.checks)
    return plain(wording.text("proof.method", n=made) if made else wording.text("proof.method_alone"))

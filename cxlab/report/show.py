"""show(): a finding in a notebook, once per language of the study."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cxlab.finding import Finding
from cxlab.report.sections import As, section, section_text, wording_of

if TYPE_CHECKING:
    from cxlab.tables.study import Study


def show(study: Study, *findings: Finding | None, as_: As | None = None, folded: bool = False) -> None:
    """Display findings: sentence, figure or table, how sure.

    In a run every language of the study is displayed, each output tagged with its language, and the page keeps
    its own; in JupyterLab the study's first language is shown.

    Parameters
    ----------
    study : Study
        The study the notebook opened.
    *findings : Finding
        In the order of the page; None (nothing to say this quarter) is passed over.
    as_ : {"sentence", "figure", "table", "both"}, optional
        How the numbers behind the sentence are shown; None lets the finding's shape decide.
    folded : bool
        On a page they lie together under one line that says how many they are, to be opened.

    Raises
    ------
    TypeError
        If something else than a finding is shown: tables reach a page only inside a finding.
    """
    from IPython.display import publish_display_data

    shown: list[Finding] = []
    for finding in findings:
        if isinstance(finding, Finding):
            shown.append(finding)
        elif finding is not None:
            raise TypeError(f"show() takes findings; got {type(finding).__name__}")
    languages = study.config.languages if os.environ.get("CXLAB_RUN") else study.config.languages[:1]
    for finding in shown:
        for language in languages:
            wording = wording_of(study, language)
            line = {"folded": wording.text("page.more", n=len(shown))} if folded else {}
            publish_display_data(  # type: ignore[no-untyped-call]
                {
                    "text/html": str(section(finding, study=study, wording=wording, as_=as_)),
                    "text/plain": section_text(finding, study=study, wording=wording),
                },
                metadata={"cxlab": {"lang": language, "finding": finding.name, **line}},
            )

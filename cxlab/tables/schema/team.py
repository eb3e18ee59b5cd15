"""Tables of the team's own work; cut by the team's date only, because people code and decide after the close."""

from __future__ import annotations

from cxlab.tables.schema.contract import WRITTEN, Table, chance, column, order

CODEBOOK = Table(
    name="codebook",
    meaning="One row per code and version.",
    columns=(
        column("code_id!", "code", "the code"),
        column("version!", "integer", "version"),
        column("name_en", "text", "name in English"),
        column("name_vi", "text", "name in Vietnamese"),
        column("parent", "code", "the code above it"),
        column("definition", "text", "what it means"),
        column("include", "text", "what belongs to it"),
        column("exclude", "text", "what does not"),
        column("examples", "text", "examples"),
        column("since", "date", "first day in use"),
        column("until", "date", "first day out of use"),
        column("replaced_by", "code", "what replaced it"),
        WRITTEN,
    ),
    key=("code_id", "version"),
    dated_by=("recorded_at", "since"),
    team=True,
)

CODINGS = Table(
    name="codings",
    meaning="One row per act of coding.",
    columns=(
        column("event_id!", "id", "the act"),
        column("verbatim_id!", "id", "the text"),
        column("code_id+", "code", "the code; missing = the text was read and no code applies"),
        column("coder_id!", "id", "who coded"),
        column("codebook_version", "integer", "by which version of the codebook"),
        column("value", "flag", "the code applies"),
        column("polarity", "code", "tone", "positive", "negative", "neutral", "mixed"),
        column("span_start", "integer", "first character, from 0"),
        column("span_end", "integer", "first character after"),
        column("span_hash", "code", "first 16 hex digits of the sha-256 of the characters between (UTF-8)"),
        column("origin", "code", "who or what decided", "human", "rule", "model"),
        column(
            "sample_design",
            "code",
            "how the text came to be read; random:2026Q3 = drawn at random of a quarter",
        ),
        column("inclusion_probability", "real", "its chance to come into the sample, above 0, up to 1"),
        column("memo", "text", "note"),
        column("at!", "timestamp", "when"),
        column("undoes", "id", "the act this one takes back"),
        WRITTEN,
    ),
    key=("event_id",),
    dated_by=("recorded_at", "at"),
    rules=(
        order("span_start", "span_end"),
        chance("inclusion_probability"),
    ),
    team=True,
)

EVENTS = Table(
    name="events",
    meaning="One row per thing that happened and may explain a change: an outage, a launch, a price change.",
    columns=(
        column("event_id!", "id", "the event"),
        column("date!", "date", "first day"),
        column("until", "date", "first day after it"),
        column("kind", "code", "outage, launch, price, season, campaign"),
        column("scope", "code", "whom it touched, such as region=cch; missing = everyone"),
        column("name_en", "text", "what happened, in English"),
        column("name_vi", "text", "what happened, in Vietnamese"),
        WRITTEN,
    ),
    key=("event_id",),
    dated_by=("recorded_at",),
    rules=(order("date", "until"),),
    team=True,
)

DECISIONS = Table(
    name="decisions",
    meaning="One row per decision.",
    columns=(
        column("decision_id!", "id", "the decision"),
        column("quarter", "code", "the quarter it was taken for, such as 2026Q3"),
        column("decided_at!", "date", "when it was taken"),
        column("role!", "text", "by which role"),
        column("due", "date", "by when it is done"),
        column("done_at", "date", "when it was done"),
        column("cost_amount", "amount", "what it costs"),
        column("text_en", "text", "what was decided, in English"),
        column("text_vi", "text", "what was decided, in Vietnamese"),
        column("returns_amount", "amount", "what it is expected to bring"),
        column("returns_low_amount", "amount", "lower end of what it may bring"),
        column("returns_high_amount", "amount", "upper end of what it may bring"),
        column("pays_back_share", "real", "chance that it pays back, 0 to 1"),
        WRITTEN,
    ),
    key=("decision_id",),
    dated_by=("recorded_at", "decided_at"),
    team=True,
)

TARGETS = Table(
    name="targets",
    meaning="One row per metric, segment and period.",
    columns=(
        column("metric!", "code", "the finding it is about, such as churn.left"),
        column("segment!", "code", "such as plan=en90; all = everyone"),
        column("period!", "code", "the quarter, such as 2026Q3"),
        column("baseline", "real", "where it stood"),
        column("target!", "real", "where it shall stand, in the unit of the finding"),
        column("due", "date", "by when"),
        column("owner", "text", "which role answers for it"),
        WRITTEN,
    ),
    key=("metric", "segment", "period"),
    dated_by=("recorded_at",),
    team=True,
)

COMMENTARY = Table(
    name="commentary",
    meaning="One row per paragraph of judgement people wrote for a quarter.",
    columns=(
        column("commentary_id!", "id", "the paragraph"),
        column("quarter!", "code", "the quarter it speaks of, such as 2026Q3"),
        column("question", "code", "the page it stands on; missing = overview"),
        column("role!", "text", "which role signs it"),
        column("language!", "code", "its language"),
        column("text!", "text", "the words"),
        column("written_at", "date", "when"),
        WRITTEN,
    ),
    key=("commentary_id", "language"),
    dated_by=("recorded_at", "written_at"),
    team=True,
)

INITIATIVES = Table(
    name="initiatives",
    meaning="One row per initiative.",
    columns=(
        column("initiative_id!", "id", "the initiative"),
        column("name_en", "text", "name in English"),
        column("name_vi", "text", "name in Vietnamese"),
        column("owner", "text", "which role owns it"),
        column("start", "date", "first day"),
        column("end", "date", "first day after"),
        column("scope", "code", "whom it touches, such as region=mkd"),
        column("control_rule", "text", "whom it is compared with"),
        WRITTEN,
    ),
    key=("initiative_id",),
    dated_by=("recorded_at",),
    rules=(order("start", "end"),),
    team=True,
)

COSTS = Table(
    name="costs",
    meaning="One row per initiative or acquisition source and month.",
    columns=(
        column("of!", "id", "the initiative or the acquisition source"),
        column("month!", "date", "first day of the month"),
        column("kind!", "code", "what the money went to"),
        column("amount!", "amount", "how much"),
        WRITTEN,
    ),
    key=("of", "month", "kind"),
    dated_by=("recorded_at",),
    team=True,
)

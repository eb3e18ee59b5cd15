"""The command ``cxlab``. It stays light: whatever is heavy is imported by the command that needs it.

Exit codes: 0 done, 1 a step failed, 2 bad usage or parameters, 69 data missing, refused or not ready, 75 locked by
another run, 124 timed out, 130 and 143 stopped.
"""

from __future__ import annotations

import typer

from cxlab.cli import delivering, people, publishing, quarter, questions, scheduling, scoring, sources, trust

app = typer.Typer(
    help="A workbench for customer-experience research: quarterly reports from notebooks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS = (
    quarter.run,
    publishing.publish,
    publishing.history,
    publishing.rollback,
    trust.verify,
    trust.explain,
    delivering.deliver,
    scoring.scores,
    scheduling.schedule,
    sources.check,
    scheduling.doctor,
    trust.selftest,
    people.erase,
    people.rotate_key,
    sources.init,
    sources.synth,
    questions.new,
)
"""In the order of the help."""

for command in COMMANDS:
    app.command(command.__name__.replace("_", "-"))(command)


def main() -> None:
    """Run the command line."""
    app()

"""The command line put together: every command and group is registered here, by one line.

A command stands with others of its kind in ``_…_commands.py`` and only reads its options; its work
is in a module of its own, imported when it runs, so that ``tongjian --help`` stays quick.
"""

from __future__ import annotations

import typer

from tongjian.cli import (
    _confirm_commands,
    _data_commands,
    _document_commands,
    _evidence_commands,
    _judging_commands,
    _monitoring_commands,
    _plan_commands,
    _record_commands,
    _rule_commands,
    _run_commands,
    _simulate_commands,
    _site_commands,
    _target_commands,
    _verification_commands,
    _version_commands,
    _workflow_commands,
)

app = typer.Typer(
    name="tongjian",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "通鉴：把核算规则当作文件执行，从企业台账到可追溯的排放清单。\n\n"
        "Tongjian: accounting rules as documents that execute, from plant records to a traced "
        "inventory.\n\n"
        "先试 / Start with:  tongjian demo"
    ),
)
# In the order of the manual.
app.command("demo")(_data_commands.demo)
app.command("import")(_data_commands.import_)
app.command("template")(_data_commands.template)
app.command("run")(_run_commands.run)
app.command("explain")(_run_commands.explain)
app.command("compare")(_run_commands.compare)
app.command("conflicts")(_run_commands.conflicts)
app.command("uncertainty")(_run_commands.uncertainty)
app.command("footprint")(_run_commands.footprint)
app.command("document")(_document_commands.document)
app.command("check")(_rule_commands.check)
for name, (boundary, words) in _judging_commands.COMMANDS.items():
    app.command(name, help=words)(_judging_commands.command(boundary))
app.command("screen")(_judging_commands.screen)
app.command("targets")(_target_commands.targets)
app.add_typer(_target_commands.group, name="tasks")
app.add_typer(_rule_commands.group, name="rules")
app.add_typer(_confirm_commands.group, name="confirm")
app.add_typer(_plan_commands.group, name="plan")
app.add_typer(_record_commands.group, name="records")
app.add_typer(_version_commands.runs, name="runs")
app.add_typer(_version_commands.versions, name="versions")
app.add_typer(_workflow_commands.group, name="workflow")
app.add_typer(_verification_commands.group, name="verification")
app.add_typer(_evidence_commands.group, name="evidence")
app.add_typer(_monitoring_commands.group, name="monitoring")
app.add_typer(_simulate_commands.group, name="simulate")
app.add_typer(_site_commands.group, name="site")
app.command("verify")(_evidence_commands.verify)


def main() -> None:
    """Entry point of the ``tongjian`` command."""
    app()

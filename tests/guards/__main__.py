"""`python -m guards`: one line for each finding, exit code 1 if there is one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from guards.findings import Finding


class Guard(StrEnum):
    """Which guards to run."""

    YAML = "yaml"
    CONVENTIONS = "conventions"
    SQL = "sql"
    ALL = "all"


NAMED = 5  # So many of the long models.

app = typer.Typer(add_completion=False)


@app.command()
def main(
    guard: Annotated[Guard, typer.Argument(help="Which guards to run.")] = Guard.ALL,
    project_dir: Annotated[Path, typer.Option(help="Folder of dbt_project.yml.")] = Path("."),
    database: Annotated[
        Path | None,
        typer.Option(
            help="A built DuckDB file: compare its columns with the documented ones, too."
        ),
    ] = None,
) -> None:
    """Check the project's YAML, conventions and SQL style."""
    root = project_dir.resolve()
    if not (root / "dbt_project.yml").is_file():
        _stop(
            f"{project_dir} has no dbt_project.yml: run this in the project's folder,"
            " or give --project-dir"
        )
    if database is not None and not database.is_file():
        _stop(f"there is no database {database}: build it first (`make build`)")
    try:
        findings, long = _findings(guard, root, database)
    except RuntimeError as error:
        _stop(str(error))
    for finding in findings:
        typer.echo(finding)
    if long:
        longest = [f"{model} ({lines})" for model, lines in long.items()][:NAMED]
        typer.echo(f"{len(long)} longer than 80 lines, above all {', '.join(longest)}", err=True)
    if findings:
        typer.echo(f"guards ({guard}): {len(findings)} found", err=True)
        raise typer.Exit(1)
    typer.echo(f"guards ({guard}): nothing found", err=True)


def _findings(
    guard: Guard, root: Path, database: Path | None
) -> tuple[list[Finding], dict[str, int]]:
    """The findings of all guards, and the long models; each imports its tools when it runs."""
    findings: list[Finding] = []
    long: dict[str, int] = {}
    if guard is not Guard.SQL:
        from guards.built_columns import built_columns
        from guards.conventions import conventions
        from guards.sql_words import long_models
        from guards.strict_yaml import strict_parse

        parse = strict_parse(root)
        if guard is not Guard.CONVENTIONS or parse.project is None:
            findings += parse.findings
        if guard is not Guard.YAML and parse.project is not None:
            findings += conventions(parse.project)
            long = long_models(parse.project)
            if database is not None:
                findings += built_columns(parse.project, database)
    if guard in (Guard.SQL, Guard.ALL):
        from guards.sql_style import sql_style

        findings += sql_style(root)
    return findings, long


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()

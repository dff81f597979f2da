"""The `kpis` command: each command reads its options, calls one function and prints the result."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import duckdb
import typer

from sales_kpis import stopping, terminal
from sales_kpis.alert_addresses import Address, read_addresses
from sales_kpis.assistant import day_of
from sales_kpis.catalog_page import catalog_page, choose_examples
from sales_kpis.company_folder import EXPORTS, make_company_folder, require_settings
from sales_kpis.connecting.connect import connect, render_connection
from sales_kpis.contracts import personal_columns
from sales_kpis.dashboard import render_dashboard
from sales_kpis.dbt_runner import OnProgress
from sales_kpis.demo_files import find_proof
from sales_kpis.doctor import diagnose, render_diagnosis
from sales_kpis.erasing.erase import erase, plan_to_erase, render_plan
from sales_kpis.errors import KpisError, Stopped, WrongUse, suggestion
from sales_kpis.explain import COMPARISONS, explain, render_explanation
from sales_kpis.exports import export_files, tables_to_export
from sales_kpis.files import write_text
from sales_kpis.formats import plural
from sales_kpis.lightdash import lightdash_file
from sales_kpis.machine_faults import in_our_words
from sales_kpis.marts import opened, quoted, text_literal
from sales_kpis.not_counted import read_not_counted, render_not_counted
from sales_kpis.plain_text import escaped_in_json
from sales_kpis.project import FILES, Project, find_project
from sales_kpis.publish import DEFAULT_GRACE_MINUTES, DEFAULT_KEEP, current_version
from sales_kpis.references import FILE as REFERENCES
from sales_kpis.references import renew_references
from sales_kpis.reported_values import count_restated
from sales_kpis.restatements import read_restatements, render_restatements, told_of_restated
from sales_kpis.run import (
    DbtBuilder,
    Reporter,
    RunRequest,
    built_database,
    check_sources,
    publish_build,
    publish_spark_build,
    rollback_to,
    run,
)
from sales_kpis.scorecard import (
    read_objectives,
    read_scorecard,
    render_objectives,
    render_scorecard,
    scorecard_as_json,
)
from sales_kpis.settings import SETTINGS, Settings, load_settings
from sales_kpis.show import (
    check_slice,
    choose_kpi,
    newest_rows,
    only_slice,
    render_catalog,
    render_periods,
    render_slices,
)
from sales_kpis.sources_page import render_report
from sales_kpis.spark_target import is_spark, require_local_spark
from sales_kpis.status import layers_in_use, marts_in_use, read_status, render_status
from sales_kpis.telling import Telling, render_telling, tell
from sales_kpis.trace import render_trace, trace
from sales_kpis.values import Kpi, KpiValue, read_catalog, read_newest_month, read_values
from sales_kpis.why import Fact, choose_period, read_facts, render_facts

app = typer.Typer(
    name="kpis",
    epilog="Exit codes: 0 done · 1 a data test or audit failed, nothing published; or kpis alert "
    "did not reach an address, a server refused kpis export, kpis erase left an address, or kpis "
    "doctor found what needs your hand · "
    "2 wrong use or settings · 3 another run holds the lock · "
    "130 and 143 stopped by SIGINT and SIGTERM.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        terminal.show(f"kpis {metadata.version('sales_kpis')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Turns raw CRM tables into tested KPI tables and publishes them in one step."""


P = ParamSpec("P")

# So much of a table is shown unless --limit says more; --json of values, facts and drivers has all.
SHOWN_ROWS = 13
SHOWN_DRIVERS = 5
WRITE_MARTS = "dbt run-operation write_marts_as_parquet --args '{folder: …}'"


class Spelling(StrEnum):
    """How a connector spells the tables and columns of the systems that it loads."""

    FIVETRAN = "fivetran"
    VENDOR = "vendor"
    AIRBYTE = "airbyte"
    DLT = "dlt"


class DemoCompany(StrEnum):
    """Which company a demo is of."""

    EDGE_CASES = "edge-cases"
    BELIEVABLE = "believable"


class ExportForm(StrEnum):
    """The forms that `kpis export` writes."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    POSTGRES = "postgres"


class Severity(StrEnum):
    """How bad what an alert is about is, from little to much."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="YAML file of variables.")
]
Vars = Annotated[
    str | None, typer.Option("--vars", metavar="YAML", help="Variables, over those of --settings.")
]
RawPath = Annotated[
    Path | None, typer.Option("--raw-path", metavar="DIR", help="Folder of landing files.")
]
Seeds = Annotated[
    Path | None,
    typer.Option(
        "--seeds", metavar="DIR", help="Your copy of the folder seeds/.", show_default=False
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Last day that counts: a date, today or yesterday."
    ),
]
Target = Annotated[str | None, typer.Option("--target", help="Output of profiles.yml.")]
PublishedFolder = Annotated[
    Path | None,
    typer.Option("--published", metavar="DIR", help="Folder of the published versions."),
]
Keep = Annotated[int, typer.Option("--keep", min=1, help="So many newest versions stay.")]
Grace = Annotated[
    float,
    typer.Option(
        "--grace",
        min=0,
        metavar="MINUTES",
        help="So long every version stays for its readers after it was current.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Register a command whose failures become a message and an exit code, never a traceback."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        with stopping.listening():
            failure: KpisError | None = None
            try:
                function(*args, **kwargs)
            except (KpisError, OSError, duckdb.Error) as error:
                failure = _as_failure(error)
            except BaseException:
                if stopping.received() is None:
                    raise
            if stopping.received() is not None:
                failure = Stopped(*stopping.state_left(), exit_code=stopping.exit_code())
            if failure is not None:
                if kwargs.get("as_json"):
                    _print_json(failure.as_json())
                else:
                    terminal.show_error(failure)
                raise typer.Exit(failure.exit_code) from None

    name = function.__name__.removesuffix("_command").replace("_", "-")
    app.command(name)(guarded)
    return guarded


@command
def run_command(
    settings: SettingsFile = None,
    vars_text: Vars = None,
    raw_path: RawPath = None,
    seeds: Seeds = None,
    as_of: AsOf = None,
    target: Target = None,
    publish: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Publish the marts.")
    ] = True,
    published: PublishedFolder = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Rebuild incremental models whole.")
    ] = False,
    keep: Keep = DEFAULT_KEEP,
    grace: Grace = DEFAULT_GRACE_MINUTES,
    alerts: Annotated[
        bool, typer.Option("--alerts/--no-alerts", help="Send new alerts after publishing.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Check the sources, build, test, audit and publish; then show the scorecard."""
    project = find_project(published)
    # A wrong address is said before the build, not after it.
    addresses = read_addresses(os.environ) if alerts and publish else []
    request = RunRequest(
        project=project,
        settings=_settings(project, settings, vars_text, raw_path, as_of),
        target=_check_target(project, target),
        seeds=_check_folder(seeds, "--seeds"),
        is_full_refresh=full_refresh,
        is_published=publish,
        keep=keep,
        grace_minutes=grace,
    )
    reporter = _reporter(as_json)
    result = run(request, reporter, DbtBuilder)
    telling, unsent = (
        _tell_after_run(project, addresses, reporter) if result.version else (None, [])
    )
    warnings = [*result.warnings, *unsent]
    currency = str(request.settings.values.get("reporting_currency") or "")
    with opened(result.version.database if result.version else result.database) as connection:
        lines = read_scorecard(connection)
        not_counted = read_not_counted(connection)
        restated = count_restated(connection, result.version.run_id if result.version else None)
    if as_json:
        _print_json(
            {
                "status": "published" if result.version else "built",
                "exit_code": 0,
                "run_id": result.run_id,
                "as_of_date": result.as_of_date,
                "version": str(result.version.folder) if result.version else None,
                "database": str(result.database),
                "counts": result.counts(),
                "seconds": result.seconds,
                "warnings": warnings,
                "alerts": telling.as_json() if telling else None,
                "not_counted": not_counted,
                "restated": restated,
                "scorecard": scorecard_as_json(lines),
            }
        )
        return
    terminal.show(
        render_scorecard(lines, currency),
        terminal.render_run(result, telling.in_short() if telling else None),
        *([render_not_counted(not_counted, currency)] if not_counted else []),
        *terminal.render_warnings(warnings),
        *([told_of_restated(restated)] if restated else []),
        terminal.render_paths(project, result.version, result.database),
    )


def _tell_after_run(
    project: Project, addresses: list[Address], reporter: Reporter
) -> tuple[Telling | None, list[str]]:
    """The telling after a run, and warnings; what is published stays so, whatever happens here."""
    stage = reporter.stage("Sending alerts") if addresses else contextlib.nullcontext()
    try:
        with stage:
            telling = tell(project.published, addresses)
    except (KpisError, OSError, duckdb.Error) as error:
        reason = f"Alerts were not sent: {_as_failure(error).message}"
        return None, [reason] if addresses else []
    return telling, [f"alerts: {failure} (again: kpis alert)" for failure in telling.failures]


@command
def alert_command(
    severity: Annotated[
        Severity, typer.Option("--severity", help="Only new alerts that are at least that severe.")
    ] = Severity.INFO,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the messages; send and remember nothing.")
    ] = False,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show the active alerts, and send each address what it has not been told.

    Addresses are Apprise URLs in SALES_KPIS_ALERT_URLS, or in the file that
    SALES_KPIS_ALERT_URLS_FILE names. Alerts are sent once; that one is over is sent, too.
    """
    project = find_project(published)
    addresses = read_addresses(os.environ)
    telling = tell(project.published, addresses, severity=severity.value, is_dry_run=dry_run)
    if not as_json:
        terminal.show(*render_telling(telling))
    telling.require_delivered()
    if as_json:
        _print_json({"exit_code": 0, **telling.as_json()})


@command
def init_command(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")], as_json: AsJson = False
) -> None:
    """Make the folder of a company: settings, seeds, Makefile, workflow of CI and a schedule."""
    made = make_company_folder(folder, FILES)
    if as_json:
        _print_json(made.as_json())
        return
    terminal.show(
        f"{folder} has settings.yml, seeds/, Makefile, .github/workflows/kpis.yml and crontab.",
        f"next  cd {folder}; put any export of a CRM into {EXPORTS}/, and: kpis connect {EXPORTS}",
        "      or answer the FILL INs of settings.yml, and put raw tables into raw/<system>/",
        "then  make run",
        f"cron  {made.cron_line}",
    )


@command
def doctor_command(
    settings: SettingsFile = None,
    seeds: Seeds = None,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what an upgrade changes, and what needs your hand; the exit code is then 1.

    It compares program, settings, KPIs, seeds and packages with the last published version; give
    the options of your `kpis run`.
    """
    project = find_project(published)
    found = diagnose(
        project,
        settings or _own_settings(project),
        _check_folder(seeds, "--seeds"),
    )
    if as_json:
        _print_json(found.as_json())
    else:
        terminal.show(*render_diagnosis(found, project))
    if found.exit_code:
        raise typer.Exit(found.exit_code)


@command
def connect_command(
    folder: Annotated[Path, typer.Argument(help="Folder of exports, as it lies.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="The settings to write, by default those of `kpis init`, else"
            " local/<folder>/settings.yml; raw tables and seeds go beside them.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take every guess, and list what was taken.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the settings for a folder of exports: which file and column is what, and why.

    Whatever the files do not settle is asked in a terminal; elsewhere, and where there is nothing
    to guess from, it is a line to fill in, and the exit code is 1.
    """
    project = find_project()
    answers = terminal.answers(is_yes=yes, is_silent=as_json)
    result = connect(project.root, folder, output or _own_settings(project), answers)
    if as_json:
        _print_json(result.as_json())
    else:
        terminal.show(*render_connection(result))
    if result.open_questions:
        raise typer.Exit(1)


@command
def erase_command(
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="An address of the person.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="KEY", help="Their person_id, in place of an address."),
    ] = None,
    settings: SettingsFile = None,
    vars_text: Vars = None,
    raw_path: RawPath = None,
    seeds: Seeds = None,
    as_of: AsOf = None,
    target: Target = None,
    published: PublishedFolder = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would touch; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person from raw files, build, published versions and logs, and prove it.

    Rows and ids stay, so that counts do. Give the options of your `kpis run`: it builds and
    publishes anew, and removes all earlier versions.
    """
    project = find_project(published)
    request = RunRequest(
        project=project,
        settings=_settings(project, settings, vars_text, raw_path, as_of),
        target=_check_target(project, target),
        seeds=_check_folder(seeds, "--seeds"),
        keep=1,
        grace_minutes=0,
    )
    reporter = _reporter(as_json)
    plan = plan_to_erase(request, reporter, DbtBuilder, email=email, key=person)
    if not as_json:
        terminal.show(*render_plan(plan))
    if dry_run:
        if as_json:
            _print_json({"status": "dry_run", "exit_code": 0, **plan.as_json()})
        return
    if not yes:
        terminal.require_yes("Erase this person for good?", is_silent=as_json)
    result = erase(plan, request, reporter, DbtBuilder)
    version = result.version.run_id if result.version else None
    if as_json:
        content = {"status": "erased", "exit_code": 0, "version": version, **plan.as_json()}
        _print_json(content)
    else:
        terminal.show(
            f"Erased: no file holds an address of the person. Version {version} is published."
        )


@command
def check_sources_command(
    settings: SettingsFile = None,
    vars_text: Vars = None,
    raw_path: RawPath = None,
    seeds: Seeds = None,
    as_of: AsOf = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Show what each system delivers against the contract; nothing is built."""
    project = find_project()
    request = RunRequest(
        project=project,
        settings=_settings(project, settings, vars_text, raw_path, as_of),
        target=_check_target(project, target),
        seeds=_check_folder(seeds, "--seeds"),
    )
    report = check_sources(request, _reporter(as_json), DbtBuilder)
    exit_code = 2 if report.errors else 0
    if as_json:
        status = "failed_sources" if report.errors else "done"
        _print_json({"status": status, "exit_code": exit_code, **report.counts(), **report.content})
    else:
        terminal.show(render_report(report))
    if exit_code:
        raise typer.Exit(exit_code)


@command
def publish_command(
    target: Target = None,
    marts: Annotated[
        Path | None,
        typer.Option(
            "--marts",
            metavar="DIR",
            help="Folder into which Spark has written its marts.",
        ),
    ] = None,
    published: PublishedFolder = None,
    keep: Keep = DEFAULT_KEEP,
    grace: Grace = DEFAULT_GRACE_MINUTES,
    as_json: AsJson = False,
) -> None:
    """Audit the build as it is and publish its marts again."""
    project = find_project(published)
    target = _known_target(project, target)
    if is_spark(project, target):
        version, audit = publish_spark_build(
            project, _check_folder(marts, "--marts", "Write it: " + WRITE_MARTS), keep, grace
        )
    elif marts is not None:
        raise WrongUse("--marts is for what Spark has built.", "Name its --target too.")
    else:
        version, audit = publish_build(project, keep, grace)
    if as_json:
        _print_json(
            {
                "status": "published",
                "exit_code": 0,
                "version": str(version.folder),
                "run_id": version.run_id,
                "warnings": [str(finding) for finding in audit.warnings],
            }
        )
        return
    terminal.show(
        *terminal.render_warnings(str(finding) for finding in audit.warnings),
        f"Published version {version.run_id}: {plural(len(version.row_counts), 'mart')} with"
        f" {plural(sum(version.row_counts.values()), 'row')}.",
        terminal.render_paths(
            project,
            version,
            project.candidate if is_spark(project, target) else built_database(project),
        ),
    )


@command
def rollback_command(
    version: Annotated[
        str | None,
        typer.Argument(help="Version or its beginning; the one before the current by default."),
    ] = None,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make an earlier version the current one; its files are checked first."""
    project = find_project(published)
    chosen = rollback_to(project, version)
    if as_json:
        _print_json(
            {
                "status": "rolled_back",
                "exit_code": 0,
                "version": str(chosen.folder),
                "run_id": chosen.run_id,
            }
        )
        return
    as_of = chosen.manifest.get("as_of_date") or "a date not known"
    terminal.show(f"Current is version {chosen.run_id} again, as of {as_of}.")


@command
def show_command(
    kpi: Annotated[str, typer.Argument(help="Id of a KPI; kpis catalog lists them.")],
    grain: Annotated[str, typer.Option("--grain", help="Period grain.")] = "month",
    by: Annotated[
        str, typer.Option("--by", metavar="DIM", help="Dimension to split by.")
    ] = "total",
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="First day, such as 2025-01-01 or 2025."),
    ] = None,
    why: Annotated[
        str | None,
        typer.Option("--why", metavar="PERIOD", help="List the facts behind that period's value."),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", help="With --by: only this value of the dimension.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, help="Rows to show.", show_default=f"{SHOWN_ROWS}; all with --json"
        ),
    ] = None,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show a KPI's values, from the published marts or else from the build.

    With --why it lists what one value is made of, by id: the deals, leads or messages.
    """
    marts = marts_in_use(find_project(published))
    first_day = day_of(since, "--since")
    with opened(marts.database) as connection:
        chosen = choose_kpi(read_catalog(connection), kpi)
        check_slice(chosen, grain, by)
        rows = read_values(connection, kpi=chosen.kpi, grain=grain, dimension=by, since=first_day)
        rows = only_slice(rows, value) if value else rows
        if why is not None:
            start = choose_period(rows, why)
            in_period = [row for row in rows if row.period_start_date == start]
            facts = read_facts(
                connection, chosen, marts.read_queries().get(chosen.kpi, ""), in_period
            )
    if why is not None:
        _show_facts(chosen, in_period, facts, limit, marts.origin, as_json)
        return
    if as_json:
        content = [asdict(row) for row in newest_rows(rows, limit)]
        _print_json(
            {
                "kpi": chosen.kpi,
                "unit": chosen.unit,
                "origin": marts.origin,
                "count": len(rows),
                "rows": content,
            }
        )
        return
    if not rows:
        terminal.show(f"{chosen.title} has no values there. {chosen.question}")
        return
    is_total = by == "total"
    shown = limit or SHOWN_ROWS
    terminal.show(
        render_periods(chosen, rows, marts.currency, shown)
        if is_total
        else render_slices(chosen, by, rows, marts.currency, shown),
        f"As of {marts.as_of_date or 'a date not known'}, {marts.origin}.",
    )


def _show_facts(
    kpi: Kpi,
    values: list[KpiValue],
    facts: list[Fact],
    limit: int | None,
    origin: str,
    as_json: bool,
) -> None:
    if as_json:
        _print_json(
            {
                "kpi": kpi.kpi,
                "period": values[0].period,
                "origin": origin,
                "count": len(facts),
                "facts": [fact.as_json() for fact in facts[:limit]],
            }
        )
    else:
        terminal.show(render_facts(kpi, values, facts, limit or SHOWN_ROWS), f"From {origin}.")


@command
def explain_command(
    kpi: Annotated[str, typer.Argument(help="Id of a KPI; kpis catalog lists them.")],
    period: Annotated[
        str | None,
        typer.Option("--period", help="Such as 2025-08 or 2025-Q2; the newest complete month."),
    ] = None,
    against: Annotated[
        str, typer.Option("--against", help="The earlier period: previous or year_ago.")
    ] = "previous",
    by: Annotated[
        str | None, typer.Option("--by", metavar="DIM", help="Only the slices of this dimension.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            help="Slices to show.",
            show_default=f"{SHOWN_DRIVERS}; all with --json",
        ),
    ] = None,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say why a KPI changed: what each slice contributed, by its rate and by its weight."""
    marts = marts_in_use(find_project(published))
    comparison = against.replace("-", "_")
    if comparison not in COMPARISONS:
        raise WrongUse(f"There is no comparison {against}.", suggestion(against, COMPARISONS))
    with opened(marts.database) as connection:
        chosen = choose_kpi(read_catalog(connection), kpi)
        if by is not None:
            check_slice(chosen, chosen.grains[0], by)
        totals = read_values(connection, kpi=chosen.kpi)
        found = explain(connection, chosen, totals, period, comparison, by)
    if as_json:
        count = len(found.drivers)
        _print_json({**found.as_json(limit), "count": count, "origin": marts.origin})
    else:
        shown = limit or SHOWN_DRIVERS
        terminal.show(*render_explanation(found, marts.currency, shown), f"From {marts.origin}.")


@command
def restatements_command(
    kpi: Annotated[str | None, typer.Argument(help="Id of a KPI; all of them by default.")] = None,
    grain: Annotated[str, typer.Option("--grain", help="Period grain.")] = "month",
    by: Annotated[str, typer.Option("--by", metavar="DIM", help="Dimension.")] = "total",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to show.")] = SHOWN_ROWS,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show the values of complete periods that changed after they were published, and why."""
    marts = marts_in_use(find_project(published))
    with opened(marts.database) as connection:
        catalog = read_catalog(connection)
        chosen = choose_kpi(catalog, kpi) if kpi else None
        if chosen:
            check_slice(chosen, grain, by)
        rows = read_restatements(connection, chosen.kpi if chosen else None, grain, by)
    if as_json:
        _print_json({"origin": marts.origin, "count": len(rows), "rows": rows[:limit]})
    elif rows:
        terminal.show(
            render_restatements(rows, catalog, marts.currency, limit), f"From {marts.origin}."
        )
    else:
        terminal.show(
            f"No value of a complete {grain.replace('_', ' ')} changed after it was published.",
            f"From {marts.origin}.",
        )


@command
def trace_command(
    record_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a deal, lead, account or rep in its system.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show the way of one record: raw rows, staged, as of the day, valued, and what counts it."""
    project = find_project()
    layers = layers_in_use(project)
    personal = personal_columns(project.root)
    with opened(layers.database) as connection:
        if layers.raw:
            connection.execute(
                f"attach {text_literal(str(layers.raw))} as {quoted(layers.raw.stem)} (read_only)"
            )
        found = trace(
            connection,
            record_id,
            read_catalog(connection),
            layers.queries,
            layers.facts_of,
            personal=personal,
            instances=layers.instances,
        )
    if as_json:
        _print_json({"id": record_id, "records": [one.as_json() for one in found]})
        return
    for one in found:
        terminal.show(render_trace(one))
    terminal.show(f"From {terminal.near(layers.database)}.")


@command
def catalog_command(
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            "--markdown",
            metavar="FILE",
            help="Write the page of all KPIs, with examples.",
        ),
    ] = None,
    lightdash: Annotated[
        Path | None,
        typer.Option(
            "--lightdash",
            metavar="FOLDER",
            help="Write a Lightdash model of each KPI, kpi_<id>.yml.",
        ),
    ] = None,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show what every KPI means, or write it as a page with examples."""
    marts = marts_in_use(find_project(published))
    with opened(marts.database) as connection:
        catalog = read_catalog(connection)
        examples = choose_examples(catalog, read_newest_month(connection)) if markdown else {}
    families = sorted({kpi.family for kpi in catalog})
    if family is not None and family not in families:
        raise WrongUse(f"There is no family {family}.", suggestion(family, families))
    chosen = [kpi for kpi in catalog if family in (None, kpi.family)]
    if markdown is not None:
        if not markdown.parent.is_dir():
            raise WrongUse(
                f"--markdown: the folder {markdown.parent} is not there.", "Make it first."
            )
        write_text(markdown, catalog_page(chosen, examples, marts.currency))
    if lightdash is not None:
        if not lightdash.is_dir():
            raise WrongUse(f"--lightdash: the folder {lightdash} is not there.", "Make it first.")
        for kpi in chosen:
            write_text(lightdash / f"kpi_{kpi.kpi}.yml", lightdash_file(kpi))
    if as_json:
        names = list(type(chosen[0]).__dataclass_fields__) if chosen else []
        _print_json({"kpis": [{name: getattr(kpi, name) for name in names} for kpi in chosen]})
        return
    if markdown is not None:
        terminal.show(f"{markdown} has {plural(len(chosen), 'KPI')} of {marts.origin}.")
    if lightdash is not None:
        terminal.show(f"{lightdash} has {plural(len(chosen), 'model')} of {marts.origin}.")
    if markdown is not None or lightdash is not None:
        return
    terminal.show(render_catalog(chosen), f"{plural(len(chosen), 'KPI')}, {marts.origin}.")


@command
def references_command() -> None:
    """List the models of models/marts/ in macros/kpis/references.sql, as `kpis run` does, too."""
    project = find_project()
    if project.is_installed:
        raise WrongUse(
            f"The models in {project.root} are those of the installed package, which lists them.",
            "Models of your own need a clone of the project, or a dbt project that has it as a"
            " package.",
        )
    is_renewed = renew_references(project.root)
    terminal.show(f"{REFERENCES} {'lists what is there now' if is_renewed else 'is as it was'}.")


@command
def scorecard_command(published: PublishedFolder = None, as_json: AsJson = False) -> None:
    """Show where every KPI, its target and the objectives stand."""
    marts = marts_in_use(find_project(published))
    with opened(marts.database) as connection:
        lines = read_scorecard(connection)
        objectives = read_objectives(connection)
    if as_json:
        _print_json({"scorecard": scorecard_as_json(lines), "objectives": objectives})
        return
    terminal.show(
        render_scorecard(lines, marts.currency),
        *([render_objectives(objectives, marts.currency)] if objectives else []),
        f"As of {marts.as_of_date or 'a date not known'}, {marts.origin}.",
    )


@command
def status_command(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Runs to show.")] = 10,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show what is published, how old it is, and how the last runs ended."""
    project = find_project(published)
    status = read_status(project, datetime.now().astimezone().date(), limit)
    if as_json:
        _print_json(status.as_json())
    else:
        terminal.show(render_status(status, project.published))


@command
def dashboard_command(
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to write the page.")
    ] = Path("dashboard.html"),
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write one HTML page of all KPIs that works offline."""
    marts = marts_in_use(find_project(published))
    with opened(marts.database) as connection:
        page = render_dashboard(
            connection,
            marts.as_of_date,
            marts.currency,
            marts.stale_sources,
            marts.read_queries(),
        )
    if not out.parent.is_dir():
        raise WrongUse(f"--out: the folder {out.parent} is not there.", "Make it first.")
    write_text(out, page)
    if as_json:
        _print_json({"status": "done", "exit_code": 0, "file": str(out.resolve())})
    else:
        terminal.show(f"{out} shows {marts.origin}.")


@command
def export_command(
    to: Annotated[ExportForm, typer.Option("--to", help="Form of the export.")],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Folder of the files; an export in it goes."),
    ] = Path("export"),
    family: Annotated[
        list[str] | None, typer.Option("--family", help="Only this family; may be repeated.")
    ] = None,
    kpi: Annotated[
        list[str] | None, typer.Option("--kpi", help="Only this KPI; may be repeated.")
    ] = None,
    schema: Annotated[
        str, typer.Option("--schema", help="Schema of PostgreSQL; an export in it goes.")
    ] = "sales_kpis",
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="ROLE", help="Role that may read there; repeatable."),
    ] = None,
    published: PublishedFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write what is published as Parquet, CSV, a workbook (XLSX) or a schema of PostgreSQL.

    SALES_KPIS_POSTGRES_URL names the server, or PGHOST, PGUSER and the others of libpq.
    """
    project = find_project(published)
    version = current_version(project.published)
    if version is None:
        raise WrongUse(f"Nothing is published in {project.published}.", "Publish it: kpis run")
    families, kpis = family or [], kpi or []
    with opened(version.database) as connection, _reporter(as_json).stage("Exporting") as told:
        if to is ExportForm.POSTGRES:
            rows = _export_to_postgres(
                connection, version.run_id, families, kpis, schema, reader or [], told
            )
            place = f"The schema {schema}"
        else:
            rows = export_files(connection, version, to.value, out, families, kpis, told)
            place = str(out)
    if as_json:
        _print_json(
            {
                "status": "done",
                "exit_code": 0,
                "version": version.run_id,
                "to": to.value,
                "place": schema if to is ExportForm.POSTGRES else str(out.resolve()),
                "rows": rows,
            }
        )
        return
    what = "sheet" if to is ExportForm.XLSX else "table"
    terminal.show(
        f"{place} has {plural(len(rows), what)} with {plural(sum(rows.values()), 'row')}"
        f" of version {version.run_id}."
    )


def _export_to_postgres(
    connection: duckdb.DuckDBPyConnection,
    version: str,
    families: list[str],
    kpis: list[str],
    schema: str,
    readers: list[str],
    on_progress: OnProgress,
) -> dict[str, int]:
    try:
        from sales_kpis.export_postgres import URL_VARIABLE, export_to_postgres
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise WrongUse(
            "kpis export --to postgres needs the package psycopg, which is not installed.",
            "Install it there: pip install 'psycopg[binary]>=3.3,<4'",
        ) from None
    tables = tables_to_export(connection, families, kpis)
    address = os.environ.get(URL_VARIABLE, "")
    return export_to_postgres(connection, tables, address, schema, readers, version, on_progress)


@command
def mcp_command(
    staff_names: Annotated[
        bool, typer.Option("--staff-names", help="Name reps; without it they have their ids.")
    ] = False,
    published: PublishedFolder = None,
) -> None:
    """Answer an assistant's questions about what is published (MCP on standard input and output).

    It only reads; the assistant starts and ends it.
    """
    try:
        from sales_kpis.mcp_server import make_server
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types"):
            raise
        raise WrongUse(
            "kpis mcp needs the package mcp, which is not in this environment.",
            "Install it there: pip install 'mcp>=2.3,<3'",
        ) from None
    server = make_server(find_project(published), names_staff=staff_names)
    # Nothing is half-done that would have to be put right, and a wait for input ends for no `Stop`.
    for number in stopping.SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    server.run("stdio")


@command
def demo_data_command(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write into.")],
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Another number, another company.")
    ] = 1,
    scale: Annotated[
        float, typer.Option("--scale", min=0.01, help="Size of the company with edge cases.")
    ] = 1.0,
    spelling: Annotated[
        Spelling, typer.Option("--spelling", help="Tables and columns as this one spells them.")
    ] = Spelling.FIVETRAN,
    company: Annotated[
        DemoCompany,
        typer.Option(
            "--company", help="One with every edge case, or one as believable as data/demo."
        ),
    ] = DemoCompany.EDGE_CASES,
    as_json: AsJson = False,
) -> None:
    """Write a demo company: its raw tables, settings, and the true value of every KPI."""
    if company == DemoCompany.BELIEVABLE and scale != 1:
        raise WrongUse(
            "The believable company has one size.",
            "Leave --scale out, or take --company edge-cases.",
        )
    find_proof()
    from proof.demo_company import write_demo

    write_demo(out, seed, scale, spelling.value, company.value)
    next_command = f"kpis run --settings {out / 'settings.yml'} --seeds {out / 'seeds'}"
    if as_json:
        _print_json(
            {"status": "done", "exit_code": 0, "folder": str(out.resolve()), "run": next_command}
        )
    else:
        terminal.show(f"The demo company of seed {seed} is in {out}. Build it: {next_command}")


def _settings(
    project: Project,
    settings_file: Path | None,
    vars_text: str | None,
    raw_path: Path | None,
    as_of: str | None,
) -> Settings:
    settings_file = settings_file or _own_settings(project)
    if raw_path is None:
        require_settings(project, settings_file)
    return load_settings(
        project.default_vars(),
        project_folder=project.root,
        known_systems=project.systems(),
        settings_file=settings_file,
        vars_text=vars_text,
        raw_path=raw_path,
        as_of=as_of,
    )


def _own_settings(project: Project) -> Path | None:
    """The settings in a company's folder, which hold where no others are named; none in a clone."""
    own = project.home / SETTINGS
    return Path(terminal.near(own)) if project.is_installed and own.is_file() else None


def _check_target(project: Project, target: str | None) -> str | None:
    target = _known_target(project, target)
    if is_spark(project, target):
        require_local_spark(project, str(target))
    if target is not None:
        project.require_own_place(target)
    return target


def _known_target(project: Project, target: str | None) -> str | None:
    targets = project.targets()
    target = target or project.default_target()
    if target is None or targets.get(target, {}).get("type") in ("duckdb", "spark"):
        return target
    if target not in targets:
        raise WrongUse(f"profiles.yml has no target {target}.", suggestion(target, targets))
    raise WrongUse(
        f"kpis publishes from DuckDB and Spark; target {target} is {targets[target].get('type')}.",
        f"Build there with: dbt build --target {target}",
    )


def _check_folder(
    folder: Path | None,
    option: str,
    next_step: str = "Copy the project's seeds/ there, and fill it.",
) -> Path | None:
    if folder is not None and not folder.is_dir():
        raise WrongUse(f"{option}: the folder {folder} is not there.", next_step)
    return folder.resolve() if folder else None


def _reporter(as_json: bool) -> terminal.TerminalReporter | terminal.SilentReporter:
    return terminal.SilentReporter() if as_json else terminal.TerminalReporter()


def _as_failure(error: KpisError | OSError | duckdb.Error) -> KpisError:
    refused = in_our_words(error, _project_if_found())
    if refused is not None:
        return refused
    if isinstance(error, KpisError):
        return error
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return KpisError(f"{error.strerror or error}{where}", "Correct that and run it again.")
    reason = str(error).splitlines()[0]
    return KpisError(
        f"DuckDB says: {reason}", "If the marts are not whole, build them again: kpis run"
    )


def _project_if_found() -> Project | None:
    with contextlib.suppress(KpisError, OSError):
        return find_project()
    return None


def _print_json(content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write(escaped_in_json(text) + "\n")

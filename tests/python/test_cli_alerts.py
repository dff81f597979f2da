"""`kpis alert`, and alerts after `kpis run`: what arrives, once, where, and what never shows."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import shutil
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kpis_project import SECONDS_OF_A_HANG, FakeBuilder, write_marts
from sales_kpis import alert_addresses, cli
from sales_kpis.alert_addresses import ENVIRONMENT, FILE
from sales_kpis.lock import RunLock
from sales_kpis.project import Project
from sales_kpis.publish import RunFacts, publish
from sales_kpis.telling import MEMORY

TOKEN = "s3cr3t-t0ken"
ACTIVE = "null, true"
CHURN = f"('churn', 'critical', 'Churn rate was 8 % in 2025-08.', {ACTIVE})"
LEADS = f"('leads', 'info', 'Leads doubled in 2025-08.', {ACTIVE})"
REVENUE = f"('revenue', 'warning', 'Total revenue fell in 2025-08.', {ACTIVE})"
CHURN_OVER = "('churn', 'critical', 'Churn rate was 8 % in 2025-08.', date '2025-09-30', false)"
OLD = "('old', 'critical', 'Long ago.', date '2024-01-31', false)"


def alerts_table(*rows: str) -> str:
    """`kpi_alerts` with rows of fingerprint, severity, sentence, cleared_date and is_active."""
    return f"""
        create table monitoring.kpi_alerts as
        select
            fingerprint, fingerprint || '_rule' as rule_id, 'total_revenue' as kpi,
            'month' as period_grain, 'total' as dimension, '(total)' as dimension_value,
            '2025-08' as period_label, severity, 'Sales' as owner, 1.0::double as value,
            2.0::double as expected_value, sentence, date '2025-08-31' as first_seen_date,
            cleared_date::date as cleared_date, is_active
        from (values {", ".join(rows)}) as alerts (
            fingerprint, severity, sentence, cleared_date, is_active
        )
    """


def publish_with(project: Project, run_id: str, *rows: str) -> None:
    build = project.root.parent / run_id / "sales_kpis.duckdb"
    statements = [alerts_table(*rows)] if rows else []
    facts = RunFacts(as_of_date="2025-09-17", settings={"reporting_currency": "EUR"})
    publish(write_marts(build, statements=statements), project.published, run_id, facts)


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def kpis_json(*arguments: str) -> dict[str, Any]:
    content = json.loads(kpis(*arguments, "--json").stdout)
    assert isinstance(content, dict)
    return content


@dataclass
class Webhook:
    """A server on this machine that keeps what is posted to it."""

    port: int
    answers: list[int] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://user:{TOKEN}@127.0.0.1:{self.port}/{TOKEN}"

    def lines(self, number: int = -1) -> list[str]:
        return str(self.received[number]["message"]).splitlines()


@contextmanager
def listening_webhook() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = opened.answers.pop(0) if opened.answers else 200
            if status == 200:
                opened.received.append(content)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    opened = Webhook(server.server_port)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield opened
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with listening_webhook() as opened:
        yield opened


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """The port of a mail server on this machine, and the mails that it has taken."""
    mails: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline():
                word = line.split()[0].upper()
                if word == b"DATA":
                    self.say("354 go on")
                    text = b""
                    while not text.endswith(b"\r\n.\r\n"):
                        text += self.rfile.readline()
                    mails.append(text.removesuffix(b".\r\n").decode())
                self.say("221 bye" if word == b"QUIT" else "250 ok")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_address[1], mails
    server.shutdown()
    server.server_close()


@pytest.fixture
def project(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two active alerts and an old one are published; no address is configured."""
    for name in (ENVIRONMENT, FILE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(alert_addresses, "_ROUNDS", 1)
    publish_with(kpis_project, "run-1", LEADS, CHURN, OLD)
    return kpis_project


def told(project: Project) -> dict[str, Any]:
    content = json.loads((project.published / MEMORY).read_text())["addresses"]
    assert isinstance(content, dict)
    return content


def test_active_alerts_arrive_in_one_message_the_most_severe_first(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    result = kpis("alert")
    assert result.exit_code == 0, result.output
    [message] = webhook.received
    assert message["title"] == "Sales KPIs: 2 new alerts (as of 2025-09-17)"
    assert message["type"] == "failure"
    assert webhook.lines() == [
        "CRITICAL: Churn rate was 8 % in 2025-08.",
        "INFO: Leads doubled in 2025-08.",
    ]
    assert "address 1, json://127.0.0.1: sent 2 new alerts" in result.stdout
    assert "2 active alerts in version run-1, as of 2025-09-17" in result.stdout


def test_an_alert_is_sent_once(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    assert kpis_json("alert")["status"] == "sent"
    said = kpis_json("alert")
    assert (said["status"], said["exit_code"], len(said["active"])) == ("nothing_new", 0, 2)
    assert len(webhook.received) == 1


def test_only_what_is_new_is_sent_and_what_is_over_is_told_once(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    kpis("alert")
    publish_with(project, "run-2", LEADS, CHURN_OVER, REVENUE)
    kpis("alert")
    assert webhook.received[-1]["title"].startswith("Sales KPIs: 1 new alert, 1 cleared")
    assert webhook.lines() == [
        "WARNING: Total revenue fell in 2025-08.",
        "CLEARED on 2025-09-30: Churn rate was 8 % in 2025-08.",
    ]
    assert kpis_json("alert")["status"] == "nothing_new"
    # It begins anew after that has been said: the reader thinks it is over.
    publish_with(project, "run-3", LEADS, CHURN, REVENUE)
    kpis("alert")
    assert webhook.lines() == ["CRITICAL: Churn rate was 8 % in 2025-08."]


def test_an_alert_that_is_gone_is_told_as_cleared(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    kpis("alert")
    publish_with(project, "run-2", LEADS)
    kpis("alert")
    assert webhook.lines() == ["CLEARED: Churn rate was 8 % in 2025-08."]
    assert webhook.received[-1]["type"] == "success"


def test_the_memory_survives_rollback_and_the_removal_of_versions(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    kpis("alert")
    publish_with(project, "run-2", LEADS, CHURN)
    assert kpis("rollback").exit_code == 0
    assert kpis_json("alert")["status"] == "nothing_new"
    shutil.rmtree(project.published / "versions" / "run-2")
    assert kpis_json("alert")["status"] == "nothing_new"


def test_a_new_address_gets_what_is_active_and_the_other_nothing_again(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening_webhook() as other:
        monkeypatch.setenv(ENVIRONMENT, webhook.url)
        kpis("alert")
        monkeypatch.setenv(ENVIRONMENT, f"{webhook.url}\n{other.url}  {other.url}")
        assert [one["status"] for one in kpis_json("alert")["addresses"]] == ["nothing_new", "sent"]
        assert len(webhook.received) == len(other.received) == 1
        assert len(other.lines()) == 2


def test_a_failed_delivery_is_tried_again_for_that_address_alone(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening_webhook() as other:
        other.answers = [500]
        monkeypatch.setenv(ENVIRONMENT, f"{webhook.url} {other.url}")
        result = kpis("alert")
        assert result.exit_code == 1
        assert "1 address of 2 could not be told of the alerts." in result.stderr
        assert (
            "address 2, json://127.0.0.1: 2 new alerts not delivered, it answered 500"
            in result.stderr
        )
        assert "kpis alert. It sends what has not arrived" in result.stderr
        other.answers = [500]
        said = kpis_json("alert")
        assert (said["status"], said["exit_code"]) == ("failed", 1)
        assert [one["status"] for one in said["addresses"]] == ["nothing_new", "failed"]
        assert kpis("alert").exit_code == 0
        assert len(webhook.received) == len(other.received) == 1


def test_a_redirect_is_no_delivery(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook.answers = [302]
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    result = kpis("alert")
    assert result.exit_code == 1
    assert "it answered 302" in result.stderr


def test_nobody_there(project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening_webhook() as gone:
        pass
    monkeypatch.setenv(ENVIRONMENT, f"{gone.url} {webhook.url}")
    result = kpis("alert")
    assert result.exit_code == 1
    assert "it could not be reached, or refused" in result.stderr
    assert len(webhook.received) == 1, "the others get theirs all the same"


def test_mail_arrives(
    project: Project, mailbox: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, mails = mailbox
    url = f"mailto://127.0.0.1:{port}?from=kpis@example.com&to=sales@example.com&mode=insecure"
    monkeypatch.setenv(ENVIRONMENT, url)
    result = kpis("alert")
    assert result.exit_code == 0, result.output
    mail = email.message_from_string(mails[0], policy=email.policy.default)
    assert mail["Subject"] == "Sales KPIs: 2 new alerts (as of 2025-09-17)"
    assert mail["To"] == "sales@example.com"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "CRITICAL: Churn rate was 8 % in 2025-08." in body.get_content().splitlines()


def test_a_message_in_the_form_of_slack_arrives(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mattermost takes what Slack takes, and may be anywhere."""
    monkeypatch.setenv(ENVIRONMENT, f"mmost://127.0.0.1:{webhook.port}/{TOKEN}")
    result = kpis("alert")
    assert result.exit_code == 0, result.output
    assert "address 1, mmost://127.0.0.1: sent 2 new alerts" in result.stdout
    [message] = webhook.received
    assert "CRITICAL: Churn rate was 8 % in 2025-08." in message["text"].splitlines()


def test_severity_leaves_milder_ones_for_later(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    said = kpis_json("alert", "--severity", "warning")
    assert [alert["fingerprint"] for alert in said["active"]] == ["churn"]
    assert webhook.lines() == ["CRITICAL: Churn rate was 8 % in 2025-08."]
    kpis("alert")
    assert webhook.lines() == ["INFO: Leads doubled in 2025-08."]
    publish_with(project, "run-2", CHURN)
    kpis("alert", "--severity", "critical")
    assert webhook.lines() == ["CLEARED: Leads doubled in 2025-08."], "whoever was told is told"


def test_a_dry_run_shows_the_message_and_sends_and_remembers_nothing(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    before = {path.name for path in project.published.iterdir()}
    result = kpis("alert", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "address 1, json://127.0.0.1: would send 2 new alerts" in result.stdout
    assert "  CRITICAL: Churn rate was 8 % in 2025-08." in result.stdout.splitlines()
    assert kpis_json("alert", "--dry-run")["status"] == "would_send"
    assert not webhook.received
    assert {path.name for path in project.published.iterdir()} == before


def test_without_an_address_the_alerts_are_shown_and_that_is_said(project: Project) -> None:
    result = kpis("alert")
    assert result.exit_code == 0
    assert "critical  since 2025-08-31  Churn rate was 8 % in 2025-08." in result.stdout
    assert "Long ago" not in result.stdout
    assert f"No address is configured, so nothing was sent. Set {ENVIRONMENT}" in result.stdout
    said = kpis_json("alert")
    assert (said["status"], said["exit_code"], said["addresses"]) == ("not_configured", 0, [])


@pytest.mark.parametrize(
    ("urls", "message"),
    [
        ("slak://a/b/c", "Did you mean slack://"),
        ("https://example.com/hook", "A webhook of your own is jsons://host/path."),
        (TOKEN, "it does not begin with scheme://"),
        ("json://", "Address 2 of SALES_KPIS_ALERT_URLS is no Apprise URL"),
    ],
)
def test_a_wrong_address_is_said_before_anything_is_sent(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, urls: str, message: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, f"{webhook.url} {urls}")
    for command in ("alert", "run"):
        result = kpis(command)
        assert result.exit_code == 2
        assert message in result.stderr
        assert TOKEN not in result.output
    assert not webhook.received


def test_addresses_of_a_file(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project.root / "addresses"
    monkeypatch.setenv(FILE, str(file))
    missing = kpis("alert")
    assert missing.exit_code == 2
    assert "cannot be read" in missing.stderr
    file.write_text(f"# the channel of sales\n\n{webhook.url}\n")
    assert kpis("alert").exit_code == 0
    assert len(webhook.received) == 1
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    assert f"Both {ENVIRONMENT} and {FILE} are set." in kpis("alert").stderr


def test_tokens_in_the_place_of_a_host_are_not_shown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    urls = (f"slack://{slack}/#sales", f"https://hooks.slack.com/services/{slack}", "ntfy://t0pic")
    monkeypatch.setenv(ENVIRONMENT, " ".join(urls))
    said = kpis("alert", "--dry-run").output
    assert "address 1, slack: would" in said
    assert "address 2, Slack: would" in said
    assert "address 3, ntfy: would" in said
    assert not [part for part in (*slack.split("/"), "t0pic") if part in said]


def test_no_secret_in_any_output_or_file(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setenv(ENVIRONMENT, f"{webhook.url} json://127.0.0.1:9/{TOKEN}")
    monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of(statements=[alerts_table(CHURN)]))
    webhook.answers = [200, 500]
    outputs = [
        kpis(*command).output
        for command in (["alert"], ["alert", "--json"], ["run"], ["run", "--json"], ["status"])
    ]
    assert webhook.received
    assert not [said for said in (*outputs, *capfd.readouterr()) if TOKEN in said]
    files = [path for path in project.root.rglob("*") if path.is_file()]
    assert {MEMORY, "runs.jsonl"} <= {path.name for path in files}
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_the_memory_is_the_owners(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    kpis("alert")
    assert (project.published / MEMORY).stat().st_mode & 0o777 == 0o600
    [remembered] = told(project).values()
    assert sorted(remembered) == ["churn", "leads"]


@pytest.mark.parametrize(
    "content", ["torn {", "[]", '{"addresses": []}', '{"addresses": {"a": 1}}']
)
def test_a_memory_that_cannot_be_read_is_begun_anew(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (project.published / MEMORY).write_text(content)
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    assert kpis_json("alert")["status"] == "sent"
    assert kpis_json("alert")["status"] == "nothing_new"


def test_a_link_in_the_place_of_the_memory_is_not_written_through(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    treasure = project.root / "treasure"
    treasure.write_text("{}")
    (project.published / MEMORY).symlink_to(treasure)
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    assert kpis("alert").exit_code == 0
    assert treasure.read_text() == "{}"


def test_two_at_once_do_not_send_twice(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    with RunLock(project.published / ".alerts.lock", "other"):
        assert kpis("alert").exit_code == 3
    assert not webhook.received


def test_a_sentence_cannot_pose_as_another_alert(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = (
        "Revenue of A\nCRITICAL: all is lost\r\u2028CLEARED: x\x1b[2J"
        " <!channel> @everyone *b* `c` [click](https://evil.example)"
    )
    publish_with(project, "run-2", f"('forged', 'info', '{forged}', {ACTIVE})")
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    result = kpis("alert")
    assert webhook.lines() == [
        "INFO: Revenue of A CRITICAL: all is lost CLEARED: x(2J ‹!channel› ＠everyone ∗b∗ 'c'"
        " (click)(https: //evil.example)"
    ]
    assert len([line for line in result.stdout.splitlines() if "all is lost" in line]) == 1
    assert "\x1b" not in result.stdout


def test_a_message_has_at_most_fifty_lines(
    project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"('{number}', 'info', 'Number {number}.', {ACTIVE})" for number in range(70)]
    publish_with(project, "run-2", *many)
    monkeypatch.setenv(ENVIRONMENT, webhook.url)
    kpis("alert")
    assert len(webhook.lines()) == 51
    assert webhook.lines()[-1] == "… and 20 more: kpis alert"
    assert kpis_json("alert")["status"] == "nothing_new"


def test_versions_of_an_earlier_release_have_no_alerts(project: Project) -> None:
    publish_with(project, "run-2")
    result = kpis("alert")
    assert result.exit_code == 2
    assert "Version run-2 has no alerts: an earlier release made it." in result.stderr


def test_nothing_is_published(kpis_project: Project) -> None:
    result = kpis("alert")
    assert result.exit_code == 2
    assert "Nothing is published" in result.stderr


class TestRun:
    @pytest.fixture(autouse=True)
    def builder(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = alerts_table(CHURN, REVENUE, OLD)
        monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of(statements=[rows]))

    def test_sends_new_alerts_and_tells_how_many(
        self, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(ENVIRONMENT, webhook.url)
        assert "2 active, 2 new; sent to 1 address" in kpis("run").stdout
        assert len(webhook.lines()) == 2
        said = kpis_json("run")
        assert said["alerts"]["status"] == "nothing_new"
        assert len(said["alerts"]["active"]) == 2
        assert len(webhook.received) == 1

    def test_that_cannot_deliver_is_published_with_a_warning(
        self, project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        webhook.answers = [500, 500]
        monkeypatch.setenv(ENVIRONMENT, webhook.url)
        result = kpis("run")
        assert result.exit_code == 0, result.output
        assert (
            "warning: alerts: address 1, json://127.0.0.1: 2 new alerts not delivered"
            in result.stdout
        )
        said = kpis_json("run")
        assert said["status"] == "published"
        assert "it answered 500 (again: kpis alert)" in said["warnings"][-1]

    def test_while_another_sends_is_published_with_a_warning(
        self, project: Project, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(ENVIRONMENT, webhook.url)
        with RunLock(project.published / ".alerts.lock", "other"):
            said = kpis_json("run")
        assert said["status"] == "published"
        assert said["warnings"][-1].startswith("Alerts were not sent: Another run holds the lock")

    def test_without_an_address_tells_how_many(self) -> None:
        assert "2 active (kpis alert shows them)" in kpis("run").stdout

    @pytest.mark.parametrize("option", ["--no-alerts", "--no-publish"])
    def test_sends_nothing_where_it_should_not(
        self, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, option: str
    ) -> None:
        monkeypatch.setenv(ENVIRONMENT, f"{webhook.url} not-even-looked-at")
        assert kpis("run", option).exit_code == 0
        assert not webhook.received

    def test_does_not_hand_the_addresses_to_dbt(
        self, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(ENVIRONMENT, webhook.url)
        builder = FakeBuilder.of()
        monkeypatch.setattr(cli, "DbtBuilder", builder)
        assert kpis("run").exit_code == 0
        [setup] = builder.setups
        assert setup.environment[ENVIRONMENT] == setup.environment[FILE] == ""


DRIPPING = """
import sys
from sales_kpis import alert_addresses
from sales_kpis.alerts import Message
alert_addresses.SECONDS = 1.0
[address] = alert_addresses.read_addresses({alert_addresses.ENVIRONMENT: sys.argv[1]})
print(alert_addresses.send(address, Message("title", ("line",), "info")))
"""


def test_an_address_that_answers_a_byte_at_a_time_holds_up_nothing() -> None:
    """Each read ends within its own limit, so only the limit of the whole helps."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            with contextlib.suppress(ConnectionError):
                while True:
                    self.request.sendall(b"x")
                    time.sleep(0.2)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"json://127.0.0.1:{server.server_address[1]}/x"
        said = subprocess.run(
            [sys.executable, "-c", DRIPPING, url],
            capture_output=True, text=True, timeout=SECONDS_OF_A_HANG, check=True,
            cwd=Path(__file__).parent,
        )  # fmt: skip
        assert said.stdout.strip() == "no answer within 1 seconds"
        server.shutdown()

"""The ledger of runs, also after a process was killed while writing to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sales_kpis.ledger import read_runs, record_end, record_start


def start(ledger: Path, run_id: str) -> None:
    record_start(
        ledger,
        run_id,
        command="run",
        started_at="2025-09-17T10:00:00+00:00",
        as_of_date="2025-09-17",
        settings_hash="abc",
    )


def end(ledger: Path, run_id: str) -> None:
    record_end(
        ledger,
        run_id,
        status="published",
        exit_code=0,
        ended_at="2025-09-17T10:00:12.500+00:00",
        version=run_id,
        counts={"marts": 38},
    )


def test_a_run_is_one_record_of_its_two_lines(tmp_path: Path) -> None:
    ledger = tmp_path / "runs.jsonl"
    start(ledger, "one")
    end(ledger, "one")

    [record] = read_runs(ledger)

    assert (record.run_id, record.status, record.seconds) == ("one", "published", 12.5)
    assert record.counts == {"marts": 38}


def test_a_run_without_an_end_is_unfinished(tmp_path: Path) -> None:
    ledger = tmp_path / "runs.jsonl"
    start(ledger, "one")
    [record] = read_runs(ledger)
    assert record.status == "unfinished"
    assert record.seconds is None


def test_there_may_be_no_ledger_yet(tmp_path: Path) -> None:
    assert read_runs(tmp_path / "runs.jsonl") == []


@pytest.mark.parametrize("cut", [1, 20, 100], ids=lambda cut: f"{cut} bytes missing")
def test_a_torn_last_line_loses_only_itself(tmp_path: Path, cut: int) -> None:
    ledger = tmp_path / "runs.jsonl"
    start(ledger, "one")
    end(ledger, "one")
    start(ledger, "two")
    ledger.write_bytes(ledger.read_bytes()[:-cut])

    start(ledger, "three")
    end(ledger, "three")

    records = {record.run_id: record.status for record in read_runs(ledger)}
    assert records["one"] == "published"
    assert records["three"] == "published"
    # With only the line's end missing nothing is lost.
    assert ("two" in records) == (cut == 1)


def test_foreign_bytes_are_passed_over(tmp_path: Path) -> None:
    ledger = tmp_path / "runs.jsonl"
    start(ledger, "one")
    with ledger.open("ab") as stream:
        stream.write(b'\xff\xfe garbage\n[1, 2]\n"text"\n{"event": "ended"}\n')
    assert [record.run_id for record in read_runs(ledger)] == ["one"]

"""The calendar of what is to come, read back as a calendar program reads it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.cli.conftest import Shell

MONTHS = ("--from", "2026-01", "--to", "2026-03")


def events(data: bytes) -> list[Any]:
    calendar: Any = Calendar.from_ical(data)
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    return [one for one in calendar.subcomponents if one.name == "VEVENT"]


def written(starter: Shell, name: str, *words: str) -> bytes:
    result = starter("schedule", "--ical", str(starter.folder / name), *words)
    assert result.exit_code == 0, result.output
    return (starter.folder / name).read_bytes()


def test_runs_bills_and_deadlines_are_days_of_the_calendar(starter: Shell) -> None:
    found = events(written(starter, "billing.ics", *MONTHS, "--on", "2026-01-01"))
    told = sorted((one["dtstart"].dt.isoformat(), str(one["categories"].cats[0]), str(one["summary"])) for one in found)
    assert told[:3] == [
        ("2026-01-01", "bill", "Bill acme-2026 (acme): 322.00 EUR"),
        ("2026-01-01", "run", "Billing run: acme-2026, 322.00 EUR"),
        ("2026-02-01", "bill", "Bill acme-2026 (acme): 72.00 EUR"),
    ]
    assert ("2026-02-15", "deadline", "Last day to issue by law: acme-2026") in told
    first = next(one for one in found if one["summary"] == "Bill acme-2026 (acme): 322.00 EUR")
    assert first["dtend"].dt == dt.date(2026, 1, 2)
    assert "hosting/discount/welcome, 2026-01-01 to 2026-01-31: -9.00 EUR" in first["description"].splitlines()
    assert first["dtstamp"].dt == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("words", [("--from", "0001-01", "--to", "2026-03"), ("--from", "2026-01", "--to", "9999-12")])
def test_a_month_far_from_any_bill_is_refused(words: tuple[str, ...], starter: Shell) -> None:
    result = starter("schedule", *words)
    assert result.exit_code == 2
    assert "is far from any bill; check the year" in result.stderr


def test_the_same_day_gives_the_same_bytes_and_a_later_one_the_same_events(starter: Shell) -> None:
    first = written(starter, "a.ics", *MONTHS, "--on", "2026-01-01")
    assert first == written(starter, "b.ics", *MONTHS, "--on", "2026-01-01")
    later = written(starter, "c.ics", *MONTHS, "--on", "2026-01-15")
    early = {str(one["uid"]): one for one in events(first)}
    late = {str(one["uid"]): one for one in events(later)}
    assert len(early) == len(events(first))
    assert len(late) < len(early) and late.keys() <= early.keys()
    assert all(late[uid]["sequence"] > early[uid]["sequence"] for uid in late)


def test_lines_are_folded_and_texts_escaped(starter: Shell) -> None:
    starter.change("invoicer.toml", 'name = "My first workspace"', 'name = "Köögivili; ja, teised \\\\ sõbrad"')
    data = written(starter, "b.ics", "--on", "2026-01-01")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")
    calendar: Any = Calendar.from_ical(data)
    assert calendar["x-wr-calname"] == "Köögivili; ja, teised \\ sõbrad: billing"


def test_what_waits_for_release_has_its_day(starter: Shell) -> None:
    settings = (starter.folder / "invoicer.toml").read_text("utf-8")
    starter.write("invoicer.toml", f"{settings}\n[review]\nfirst_invoice = true\nconfirm_within_days = 3\n")
    assert starter("plan", "--as-of", "2026-01-01").exit_code == 0
    data = written(starter, "b.ics", *MONTHS, "--on", "2026-01-01")
    [release] = [one for one in events(data) if one["categories"].cats == ["release"]]
    assert "first-invoice" in str(release["description"])


def test_what_does_not_go_together_is_said(starter: Shell, tmp_path: Path) -> None:
    for words in (("--json",), ("--until", "2026-03-01"), ("--chart",)):
        assert starter("schedule", "--ical", "x.ics", *words).exit_code == 2
    assert starter("schedule", "--to", "2026-01", "--from", "2026-02").exit_code == 2
    assert "“2026-13” is no month; write it as 2026-07" in starter("schedule", "--from", "2026-13").output
    assert starter("schedule", "--customer", "acme").exit_code == 2
    missing = starter("schedule", "--ical", str(tmp_path / "no" / "x.ics"))
    assert (missing.exit_code, "can't be written" in missing.stderr) == (1, True)
    out = starter("schedule", "--ical", "-", *MONTHS, "--on", "2026-01-01")
    assert len(events(out.stdout_bytes)) > 5

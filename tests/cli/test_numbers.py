"""Numbers as the settings want them: a series that goes on from another system, days that rise."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Shell

PLAIN = 'invoice = "INV-{year}-{number:5}"'
GOES_ON = 'invoice = { pattern = "INV-{year}-{number:5}", start = "INV-2026-04712" }'


def month(shell: Shell, day: str, issue_date: str) -> str:
    """Plan, confirm and issue; what the last of them said on standard error."""
    for words in (("plan", "--as-of", day), ("confirm", "--remark", "checked")):
        assert shell(*words).exit_code == 0
    return shell("issue", "--on", issue_date).stderr


def test_a_move_from_another_system_goes_on_with_its_numbers(starter: Shell) -> None:
    starter.change("invoicer.toml", PLAIN, GOES_ON)
    month(starter, "2026-01-01", "2026-01-01")
    month(starter, "2026-02-01", "2026-02-01")
    names = sorted(path.name for path in (starter.folder / "documents" / "2026").iterdir())
    assert names == ["INV-2026-04712.pdf", "INV-2026-04713.pdf"]


def test_a_start_that_comes_too_late_is_refused_when_it_is_planned(starter: Shell) -> None:
    month(starter, "2026-01-01", "2026-01-01")
    starter.change("invoicer.toml", PLAIN, GOES_ON)
    for words in ((), ("--dry-run",)):
        result = starter("plan", "--as-of", "2026-02-01", *words)
        assert result.exit_code == 1
        assert "L134" in result.stderr
        assert "goes on with INV-2026-00002" in result.stderr


@pytest.mark.parametrize(("country", "law"), [("NL", ""), ("FR", "CGI, annexe II, art. 242 nonies A")])
def test_days_of_issue_never_run_backwards_and_the_law_is_named(starter: Shell, country: str, law: str) -> None:
    if country == "FR":
        starter.change("invoicer.toml", 'city = "Leiden", country = "NL"', 'city = "Lille", country = "FR"')
        starter.change("invoicer.toml", 'country = "NL"                     #', 'country = "FR"                     #')
        starter.change("invoicer.toml", 'vat_id = "NL829141777B01"', 'vat_id = "FR40303265045"')
    month(starter, "2026-01-01", "2026-01-05")
    said = " ".join(month(starter, "2026-02-01", "2026-01-04").split())
    assert "L135" in said
    assert "issue on 2026-01-05 or later" in said
    assert law in said
    assert starter("issue", "--on", "2026-01-05").exit_code == 0

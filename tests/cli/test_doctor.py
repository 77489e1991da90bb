"""The doctor as a person calls it: a row for each thing, then what is wrong with its mend."""

from __future__ import annotations

import json

from tests.cli.conftest import Shell


def test_warnings_are_no_failure(starter: Shell) -> None:
    result = starter("doctor")
    assert result.exit_code == 0, result.output
    rows = {line.split("  ")[0] for line in result.stdout.splitlines()}
    assert {"libraries", "fonts", "trial page", "time zones", "clock", "database", "files"} <= rows
    assert "warning[H011]" in result.stderr
    assert "git init" in result.stderr


def test_something_wrong_is(starter: Shell) -> None:
    starter.change("contracts/acme-2026.terms", "customer acme", "customer acmee")
    result = starter("doctor", "--json")
    assert result.exit_code == 1
    findings = {one["subject"]: one for one in json.loads(result.stdout)["findings"]}
    assert findings["workspace"]["found"].startswith("contracts: 0")
    assert [(one["code"], one["severity"]) for one in findings["workspace"]["problems"]] == [("H010", "error")]
    assert findings["clock"]["problems"] == []

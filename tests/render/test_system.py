"""What the machine has to bring along is named before anybody wonders about odd pages."""

from __future__ import annotations

import pytest

from invoicer.errors import Severity
from invoicer.render import missing_parts, system


def test_a_machine_that_is_set_up_misses_nothing() -> None:
    assert missing_parts() == ()


def test_what_is_missing_is_a_warning_that_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "FAMILIES", ("No Such Family",))
    monkeypatch.setattr(system, "harfbuzz_subset", None)
    fonts, subset = missing_parts()
    assert (fonts.code, subset.code) == ("R017", "R018")
    assert "fonts-open-sans" in fonts.mend and "libharfbuzz-subset0" in subset.mend
    assert {fonts.severity, subset.severity} == {Severity.WARNING}

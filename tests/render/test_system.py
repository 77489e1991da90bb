"""What the machine has to bring along is named before anybody wonders about odd pages."""

from __future__ import annotations

import pytest

from invoicer.errors import Severity
from invoicer.render import missing_parts, system


def test_a_machine_that_is_set_up_misses_nothing() -> None:
    assert missing_parts() == ()


def test_what_is_missing_is_a_warning_that_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "FAMILIES", ("No Such Family",))
    monkeypatch.setattr(system, "HARFBUZZ_SUBSET", ("libno-such-library.so.0",))
    fonts, subset = missing_parts()
    assert (fonts.code, subset.code) == ("R017", "R018")
    assert "fonts-open-sans" in fonts.mend and "libharfbuzz-subset0" in subset.mend
    assert {fonts.severity, subset.severity} == {Severity.WARNING}


def test_fontconfig_is_asked_directly_and_says_what_weasyprint_would_find(monkeypatch: pytest.MonkeyPatch) -> None:
    assert system.installed_families() & set(system.FAMILIES)
    monkeypatch.setattr(system, "FONTCONFIG", ("libno-such-library.so.0",))
    assert system.installed_families() == set()

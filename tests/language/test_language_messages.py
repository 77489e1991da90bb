"""One sample file for each message: what a person reads who wrote it. The snapshots are to be read, not only compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer.errors import Severity
from invoicer.language import Code, load, render
from tests.language.samples import KNOWN

BAD = sorted((Path(__file__).parent / "bad").glob("*.terms"))
ELSEWHERE = {"T014", "T015", "T016", "T017", "T018"}  # of whole files: tested in test_language_load.py


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_message_is_as_a_reader_wants_it(path: Path, snapshot: SnapshotAssertion) -> None:
    loaded = load([(path.name, path.read_text("utf-8"))], **KNOWN)
    assert all(problem.mend and problem.where.line for problem in loaded.problems)
    assert snapshot == "\n\n".join(render(problem, loaded.texts) for problem in loaded.problems) + "\n"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_sample_is_about_its_own_code_only(path: Path) -> None:
    loaded = load([(path.name, path.read_text("utf-8"))], **KNOWN)
    assert {problem.code for problem in loaded.problems} == {path.name[:4]}


def test_every_code_has_a_sample() -> None:
    assert {path.name[:4] for path in BAD} | ELSEWHERE == {code.name for code in Code}


def test_warnings_refuse_nothing_and_errors_refuse_the_contract() -> None:
    for path in BAD:
        loaded = load([(path.name, path.read_text("utf-8"))], **KNOWN)
        code = Code[path.name[:4]]
        if code.value.severity is Severity.WARNING:
            assert not loaded.refused, path.stem
        elif "contract " in path.read_text("utf-8"):
            assert loaded.refused and not loaded.contracts, path.stem

"""Every example of the documentation is read, checked and computed; every message that is shown is the one that comes."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from invoicer import language, runs
from invoicer.domain.example import Given
from invoicer.errors import Problem, Severity
from invoicer.language import Loaded
from invoicer.runs.given import parse_given
from tests.docs.pages import ROOT, Block, blocks, file_of, of_kind, price_lists, whole

ROW = re.compile(
    r"(?P<component>\S+) +(?:(?P<first>\d{4}-\d\d-\d\d) to (?P<last>\d{4}-\d\d-\d\d) +)?"
    r"(?P<net>-?\d[\d ]*(?:\.\d+)?) (?P<currency>[A-Z]{3})"
)


def files_of(block: Block) -> list[tuple[str, str]]:
    """An example as a file, with what the page has put into that file before, and the other price lists of its page."""
    lists = [(f"price-lists/line-{each.line}.terms", each.text) for each in price_lists(block.page) if each != block]
    return [file_of(block) or ("contracts/example.terms", whole(block.text)), *lists]


def loaded(block: Block) -> Loaded:
    return language.load(files_of(block))


def errors(problems: tuple[Problem, ...]) -> list[str]:
    return [str(problem) for problem in problems if problem.severity is not Severity.WARNING]


@pytest.mark.parametrize("block", of_kind("terms"), ids=str)
def test_an_example_is_sound(block: Block) -> None:
    assert not errors(loaded(block).problems)


@pytest.mark.parametrize("block", [block for block in of_kind("terms") if "expect " in block.text], ids=str)
def test_what_an_example_expects_comes_out(block: Block) -> None:
    tried = [one for contract in loaded(block).contracts for one in runs.try_out(contract, None)]
    assert tried
    assert [str(problem) for one in tried for problem in one.problems()] == []


@pytest.mark.parametrize("block", of_kind("terms-wrong"), ids=str)
def test_a_mistake_gives_the_message_below_it(block: Block) -> None:
    found = loaded(block)
    assert found.problems, f"{block}: nothing is wrong"
    following = blocks(block.page)[blocks(block.page).index(block) + 1 :][:1]
    if following and following[0].kind == "message":
        told = "\n\n".join(language.render(problem, found.texts) for problem in found.problems)
        assert _tidy(following[0].text) == _tidy(told), f"{block} says:\n{told}"


@dataclass
class Expected:
    """A preview block: what is asked, and the lines it is to give: component, first and last day or None, amount."""

    on: dt.date
    known_on: dt.date | None = None
    given: tuple[Given, ...] = ()
    rows: list[tuple[str, tuple[str, str] | None, str]] = field(default_factory=list)

    @classmethod
    def of(cls, block: Block) -> Expected:
        first, *rows = block.text.splitlines()
        words = shlex.split(first)
        asked = list(zip(words[::2], words[1::2], strict=True))
        days = {option: dt.date.fromisoformat(value) for option, value in asked if option in ("--on", "--as-of")}
        given = tuple(parse_given(value) for option, value in asked if option == "--given")
        assert {option for option, _ in asked} <= {"--on", "--as-of", "--given"}, f"{block}: {first}"
        found = cls(days["--on"], days.get("--as-of"), given)
        for row in rows:
            if row != "nothing":
                match = ROW.fullmatch(row.strip())
                assert match, f"{block}: “{row}” is no line of a preview"
                span = (match["first"], match["last"]) if match["first"] else None
                found.rows.append((match["component"], span, f"{match['net'].replace(' ', '')} {match['currency']}"))
        return found


@pytest.mark.parametrize("block", of_kind("preview"), ids=str)
def test_a_worked_number_is_what_comes_out(block: Block, tmp_path: Path) -> None:
    before = blocks(block.page)[: blocks(block.page).index(block)]
    terms = next(each for each in reversed(before) if each.kind == "terms")
    paths = []
    for name, text in files_of(terms):
        path = tmp_path / Path(name).name
        path.write_text(text, "utf-8")
        paths.append(path)
    asked = Expected.of(block)
    preview = runs.preview(paths, asked.on, asked.given, known_on=asked.known_on)
    assert not errors(preview.problems)
    found = []
    for line in (line for lines in preview.lines.values() for line in lines):
        owed = line.entitlement
        found.append((str(owed.component), (str(owed.days.start), str(owed.days.last_day)), str(owed.net)))
    shown = [(row[0], row[1] or line[1], row[2]) for row, line in zip(asked.rows, found, strict=False)]
    assert found == [*shown, *asked.rows[len(found) :]], str(block)


PAYMENT = re.findall(
    r"^\| `(pay .+)` \| (\d+ \w+) \|$", (ROOT / "docs" / "what-terms-mean.md").read_text("utf-8"), re.M
)


@pytest.mark.parametrize(("terms", "due"), PAYMENT)
def test_payment_terms_give_the_due_date_beside_them(terms: str, due: str) -> None:
    (contract,) = language.load([("contracts/example.terms", whole(terms))]).contracts
    day = contract.payment.entries[0].value.due_date(dt.date(2026, 2, 4))
    assert f"{day.day} {day:%B}" == due


def test_the_table_of_payment_terms_is_there() -> None:
    assert len(PAYMENT) == 6


def test_the_sums_in_the_text_of_the_semantics_are_right() -> None:
    """Sums that no example computes: (the words of the page, what they come to)."""
    page = (ROOT / "docs" / "what-terms-mean.md").read_text("utf-8")
    cents = Decimal("0.01")
    for words, value in (
        ("90 of 365 days are used, 1 171.73", Decimal(4752) * 90 / 365),
        ("3 580.27 are credited", 4752 - (Decimal(4752) * 90 / 365).quantize(cents)),
        ("30.03 × 21% = 6.31", Decimal("30.03") * 21 / 100),
        ("a line of 88.20", Decimal(420) * 21 / 100),
        ("So 161.03 come back", 288 - Decimal("126.97")),
    ):
        assert words in " ".join(page.split())
        numbers = {number.replace(" ", "") for number in re.findall(r"\d[\d ]*\.\d\d", words)}
        assert str(value.quantize(cents)) in numbers, words


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())

"""Loading: files in any order, what refuses what, whole-file problems, reading from disk, and messages as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoicer.errors import Place, Problem, Severity, TermsError
from invoicer.language import load, read, render
from invoicer.language.codes import Code
from tests.language.samples import heading

HEAD = heading("{id}")
FEE = "charge fee\n  450.00 EUR per month\n"
PRICES = "price-list prices\n  version 1\n  currency EUR\ncharge seats\n  12.00 EUR per seat per month\n"
USES = HEAD + "  uses prices\ncharge seats as in prices\n  quantity 3 seats\n"


def test_files_may_come_in_any_order_and_hold_several_contracts() -> None:
    files = [("b.terms", USES.format(id="b") + HEAD.format(id="c") + FEE), ("a.terms", PRICES)]
    for order in (files, files[::-1]):
        loaded = load(order)
        assert [contract.id for contract in loaded.contracts] == ["b", "c"]
        assert not loaded.problems and not loaded.refused
        assert dict(order) == loaded.texts


def test_an_error_refuses_its_contract_and_no_other() -> None:
    bad = HEAD.format(id="bad") + FEE.replace("450.00", "450,00")
    loaded = load([("all.terms", HEAD.format(id="good") + FEE + bad + HEAD.format(id="other") + FEE)])
    assert [contract.id for contract in loaded.contracts] == ["good", "other"]
    assert {name: [p.code for p in found] for name, found in loaded.refused.items()} == {"bad": ["T004"]}


def test_an_error_in_a_price_list_refuses_the_contracts_that_use_it() -> None:
    files = [("p.terms", PRICES.replace("per month", "per mnth per week per day")), ("c.terms", USES.format(id="a"))]
    loaded = load([*files, ("d.terms", HEAD.format(id="d") + FEE)])
    assert [contract.id for contract in loaded.contracts] == ["d"]
    assert {problem.where.file for problem in loaded.refused["a"]} == {"p.terms"}


def test_a_contract_whose_heading_cannot_be_read_hides_no_other_one() -> None:
    loaded = load([("a.terms", HEAD.format(id="12-x") + FEE + HEAD.format(id="b") + FEE)])
    assert [contract.id for contract in loaded.contracts] == ["b"]
    assert [problem.code for problem in loaded.problems] == ["T001"]


def test_unknown_ids_are_looked_up_only_where_they_are_known() -> None:
    files = [("a.terms", HEAD.format(id="a") + FEE)]
    assert not load(files).problems
    found = load(files, customers=set(), sellers=set(), kinds=set()).problems
    assert [problem.code for problem in found] == ["C009", "C008", "C010"]


def test_every_problem_of_a_file_in_one_pass_and_none_that_only_follows() -> None:
    text = (
        HEAD.format(id="a").replace("currency EUR", "curency EUR").replace("term 12 months", "term twelve months")
        + "chrage fee\n  450.00 EUR per mont\n  quantity 3 racks\n"
        + "charge api\n  usage of calls\n  0,10 EUR per call\n"
        + "charge seats\n  12.00 USD per seat per month\n"
        + "dicsount d\n  120% off fees\n"
    )
    found = [(p.where.line, p.code) for p in load([("a.terms", text)]).problems]
    assert found == [
        *((4, "T003"), (6, "T001"), (10, "T003"), (11, "C012")),
        *((15, "T004"), (17, "C011"), (18, "T003"), (19, "C035")),
    ]


def test_after_too_many_problems_reading_stops() -> None:
    found = load([("a.terms", HEAD.format(id="a") + "charge fee\n" + "  450,00 EUR per month\n" * 150)]).problems
    assert [p.code for p in found] == ["T004"] * 100 + ["T017"]


def test_a_mistake_within_a_line_costs_no_more_than_that_line() -> None:
    text = (
        HEAD.format(id="a") + FEE + "  clause 4.1\n  starts tomorrow\namendment 1 from 2026-07-01 aggreed 2026-05-12\n"
    )
    found = load([("a.terms", text + "  change fee to 460.00 USD per month\n")]).problems
    assert [(p.where.line, p.code) for p in found] == [(12, "T001"), (13, "T001"), (14, "T001"), (15, "C011")]


def test_read_gives_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "a.terms"
    path.write_bytes(b"\xef\xbb\xbfcontract x\r\n  seller a\rend\n")
    assert read(path, "a.terms") == "contract x\n  seller a\nend\n"


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"contract x\n  # caf\xe9\n", Code.T014, Place("contracts/a.terms", 2)),
        (b"contract x\n  \x00\n", Code.T015, Place("contracts/a.terms", 2, 3, 2, 4)),
        ("contract x\n  # 450\u202e\n".encode(), Code.T015, Place("contracts/a.terms", 2, 8, 2, 9)),
        (None, Code.T016, Place("contracts/a.terms")),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, data: bytes | None, code: Code, place: Place) -> None:
    path = tmp_path / "a.terms"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(TermsError) as raised:
        read(path, "contracts/a.terms")
    (problem,) = raised.value.problems
    assert (problem.code, problem.where) == (code.name, place)
    assert problem.mend


@pytest.mark.parametrize("character", [*"\x00\x0b\x1f\x7f\x85\x9f\u2028\u2029\u202a\u202e\u2066\u2069"])
@pytest.mark.parametrize("where", ['contract a "Acme{}"', "  currency{} EUR", "  # a remark{}"])
def test_controls_and_marks_that_turn_the_line_around_are_refused_everywhere(character: str, where: str) -> None:
    text = HEAD.format(id="a") + FEE + where.format(character) + "\n"
    (found,) = [one for one in load([("a.terms", text)]).problems if one.code == "T015"]
    line = text.count("\n")
    assert (found.where.line, found.where.column) == (line, where.index("{}") + 1)
    assert f"U+{ord(character):04X}" in found.cause


@pytest.mark.parametrize("character", [*"\u00ad\u200b\u200d\u200e\u2060\ufeff\U000e0041"])
def test_what_has_no_width_may_stand_in_texts_and_remarks_only(character: str) -> None:
    text = HEAD.format(id="a") + f'charge fee "Fee {character}"  # {character}\n  450.00 EUR per month\n'
    assert not load([("a.terms", text)]).problems
    spoilt = load([("a.terms", text.replace("450.00", f"450{character}.00"))])
    assert [(one.code, one.where.line, one.where.column) for one in spoilt.problems] == [("T015", 11, 6)]
    assert set(spoilt.refused) == {"a"}


# ------------------------------------------------------------------ messages as text


def test_the_message_of_the_design() -> None:
    text = HEAD.format(id="a").replace("advance", "advnce") + FEE
    loaded = load([("contracts/a.terms", text)])
    assert render(loaded.problems[0], loaded.texts) == (
        "error[T001]: I did not expect `advnce` here: expected `advance` or `arrears`\n"
        " --> contracts/a.terms:7:19\n"
        "  |\n"
        "7 |   bill monthly in advnce on day 1\n"
        "  |                   ^^^^^^\n"
        "  = did you mean `advance`?"
    )


def test_a_caret_stands_below_wide_characters_and_tabs() -> None:
    where = Place("a", 1, 5, 1, 7)
    shown = render(Problem("T001", where, "cause", "mend", label="here"), {"a": "\t漢e\u0301ab"}).split("\n")
    assert shown[3:5] == ["1 | \t漢e\u0301ab", "  | \t   ^^ here"]


def test_a_message_without_its_file_or_line_has_no_caret() -> None:
    shown = render(Problem("T016", Place("a.terms"), "gone", "mend"), {})
    assert shown == "error[T016]: gone\n --> a.terms\n  = mend"
    assert render(Problem("T016", Place(), "gone", ""), {}) == "error[T016]: gone"
    assert "|" not in render(Problem("T016", Place("a.terms", 9), "gone", ""), {"a.terms": "x"})


def test_a_very_long_line_is_shown_around_its_caret() -> None:
    line = "x" * 5000 + "!" + "y" * 5000
    shown = render(Problem("T001", Place("a", 1, 5001, 1, 5002), "cause", "mend"), {"a": line}).split("\n")
    assert max(map(len, shown)) < 250
    assert shown[3][shown[4].index("^")] == "!"


def test_colour_is_the_callers_choice() -> None:
    problem = Problem("C061", Place("a", 1, 1, 1, 2), "cause", "mend", Severity.WARNING)
    plain, coloured = render(problem, {"a": "x"}), render(problem, {"a": "x"}, colour=True)
    assert "\033" not in plain
    assert "\033[1;33mwarning[C061]\033[0m" in coloured


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "klein.terms:1:1: warning[T018]: this file is empty"),
        ("\n \n", "klein.terms:1:1: warning[T018]: this file is empty"),
        (
            "\n# contract klein\n#   customer acme\n",
            "klein.terms:2:1: warning[T018]: every line of this file is a comment",
        ),
    ],
)
def test_a_file_without_a_contract_says_so(text: str, said: str) -> None:
    loaded = load([("klein.terms", text), ("a.terms", PRICES), ("b.terms", USES.format(id="b"))])
    (found,) = loaded.problems
    assert str(found).startswith(said) and not loaded.refused


def test_a_file_whose_heading_can_not_be_read_is_not_called_empty_too() -> None:
    assert Code.T018.name not in {found.code for found in load([("klein.terms", "kontract klein\n")]).problems}

"""What people declare, from the row of a file to the paper: late, revised, wrong, never."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer import ledger, runs, workspace
from invoicer.domain.document import Kind
from invoicer.domain.example import Given
from invoicer.runs.examples import failing
from tests.runs.small import heading, held, issue

CONTRACT = (
    heading("payroll", "Payroll for Acme", "monthly in arrears on day 1")
    + """
charge payslips "Payslips"
  declared employees
  included 5 employees
  12.00 EUR per employee per month

charge royalty "Royalty"
  2% of turnover
  bill quarterly in arrears on day 1

input employees "Employees on the last day"
  unit employees
  stated per month
  at most 500

input turnover "Turnover"
  unit EUR
  stated per month
  adds up
"""
)
HEAD = "contract,input,from,to,value,declared,by\n"
JANUARY = HEAD + "payroll,employees,2026-01-01,2026-01-31,31,2026-02-03,HR of Acme\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "mine"
    workspace.new_workspace(target)
    (target / "contracts" / "acme-2026.terms").write_text(CONTRACT, "utf-8")
    return target


def declare(folder: Path, text: str) -> None:
    (folder / "inputs").mkdir(exist_ok=True)
    (folder / "inputs" / "2026.csv").write_text(text, "utf-8")


def test_a_figure_that_is_missing_holds_until_it_is_declared(folder: Path) -> None:
    assert not held(folder, "payroll", "2026-01-31")
    assert [problem.code for problem in held(folder, "payroll", "2026-02-01")] == ["E015"]
    declare(folder, JANUARY)
    assert [problem.code for problem in held(folder, "payroll", "2026-02-02")] == ["E015"], "nobody knew it on that day"
    (invoice,) = issue(folder, "2026-02-03")
    assert [str(line.net) for line in invoice.lines] == ["312.00 EUR"]


def test_a_figure_declared_anew_is_corrected_and_says_why(folder: Path) -> None:
    declare(folder, JANUARY)
    (first,) = issue(folder, "2026-02-03")
    declare(folder, JANUARY + "payroll,employees,2026-01-01,2026-01-31,29,2026-02-20,HR of Acme\n")
    assert not issue(folder, "2026-02-19")
    (credit,) = issue(folder, "2026-02-20")
    assert credit.kind is Kind.CREDIT_NOTE
    (line,) = credit.lines
    assert str(line.net) == "24.00 EUR"
    assert line.corrects and line.corrects.number == first.number
    assert line.corrects.reason == "declaration-changed"
    assert not issue(folder, "2026-02-21")


def test_a_document_keeps_the_figures_that_were_known(folder: Path) -> None:
    declare(folder, JANUARY + "payroll,employees,2026-01-01,2026-01-31,29,2026-02-20,HR of Acme\n")
    (invoice,) = issue(folder, "2026-02-03")
    desk = runs.open_desk(folder)
    with ledger.open_ledger(desk.workspace.ledger_folder, writing=False) as book:
        kept = book.content(invoice.provenance["input:employees"]).decode()
    assert '"value":"31"' in kept and '"by":"HR of Acme"' in kept and '"value":"29"' not in kept


def test_wrong_rows_hold_their_contract_and_say_how_to_mend_them(folder: Path, snapshot: SnapshotAssertion) -> None:
    rows = [
        "payroll,employee,2026-02-01,2026-02-28,31,2026-03-01,\n",
        "payroll,employees,2026-02-01,2026-02-28,501,2026-03-01,\n",
        "payroll,employees,2026-03-01,2026-04-30,30,2026-03-01,\n",
        "payroll,employees,2026-05-01,2026-05-31,-3,2026-03-01,\n",
        "payrol,employees,2026-02-01,2026-02-28,31,2026-03-01,\n",
    ]
    declare(folder, JANUARY + "".join(rows))
    desk = runs.open_desk(folder)
    assert snapshot == [str(problem) for problem in desk.refusals()["payroll"]]
    assert set(desk.refusals()["payroll"]) <= set(desk.problems())
    assert {problem.code for problem in held(folder, "payroll", "2026-02-03")} == {"W320", "W321", "W322", "W323"}


def test_a_row_that_may_be_of_any_contract_holds_those_that_ask_for_figures(folder: Path) -> None:
    other = CONTRACT[: CONTRACT.index("charge payslips")].replace("contract payroll", "contract other")
    (folder / "contracts" / "other.terms").write_text(other + "charge fee\n  9.00 EUR per month\n", "utf-8")
    declare(folder, JANUARY + ",employees,2026-02-01,2026-02-28,31,2026-03-01,\n")
    assert set(runs.open_desk(folder).refusals()) == {"payroll"}


def test_a_month_that_ends_with_the_month_is_no_longer_than_a_month(folder: Path) -> None:
    rows = [
        "payroll,employees,2026-02-28,2026-03-30,31,2026-04-01,\n",
        "payroll,employees,2026-01-31,2026-02-27,3,2026-04-01,\n",
    ]
    declare(folder, HEAD + "".join(rows))
    assert not runs.open_desk(folder).refusals()


def preview(folder: Path, on: str, **given: int) -> runs.Preview:
    path = folder / "contracts" / "acme-2026.terms"
    return runs.preview(
        [path], dt.date.fromisoformat(on), [Given(name, Fraction(value)) for name, value in given.items()]
    )


def test_a_preview_takes_given_figures(folder: Path) -> None:
    found = preview(folder, "2026-04-01", employees=31, turnover=9000)
    assert not found.problems
    lines = [(line.entitlement.component.charge, str(line.entitlement.net)) for line in found.lines["payroll"]]
    assert lines == [("payslips", "312.00 EUR"), ("royalty", "180.00 EUR")]


def test_a_preview_asks_for_figures_that_are_not_given(folder: Path) -> None:
    found = preview(folder, "2026-04-01", turnover=9000, emploees=4)
    assert [(problem.code, problem.mend) for problem in found.problems] == [
        ("L203", "add --given employees=QUANTITY"),
        ("L204", "what can be given is employees, turnover"),
    ]
    assert [line.entitlement.component.charge for line in found.lines["payroll"]] == ["royalty"]


def test_an_example_gives_figures(folder: Path) -> None:
    path = folder / "contracts" / "acme-2026.terms"
    example = 'expect "April"\n  invoice on 2026-04-01\n  given employees 31 employees\n  given turnover 9 000\n'
    example += "  line payslips 312.00 EUR\n  line royalty 180.00 EUR\n"
    path.write_text(CONTRACT + example, "utf-8")
    desk = runs.open_desk(folder)
    (contract,) = desk.contracts
    assert not desk.terms.problems
    assert not failing(contract, None)
    path.write_text(CONTRACT + example.replace("  given turnover 9 000\n", ""), "utf-8")
    (contract,) = runs.open_desk(folder).contracts
    assert [problem.code for problem in failing(contract, None)] == ["L221"]


def warnings(folder: Path) -> list[tuple[str, str]]:
    desk = runs.open_desk(folder)
    assert "payroll" not in desk.refusals(), "a warning holds nothing"
    return [(problem.code, problem.mend) for problem in desk.figures.problems]


def test_a_figure_that_may_be_a_thousandth_is_warned_about(folder: Path) -> None:
    turnover = HEAD + "payroll,turnover,2026-01-01,2026-01-31,{},2026-02-03,\n"
    declare(folder, turnover.format("2.000"))
    ((code, mend),) = warnings(folder)
    assert code == "W324" and "write 2000 if" in mend and "else 2.0," in mend
    for quiet in ("2000", "2.0", "0.995"):
        declare(folder, turnover.format(quiet))
        assert not warnings(folder)
    declare(folder, JANUARY.replace(",31,", ",31.500,"))
    assert not warnings(folder), "31500 employees are beyond the limit of the input"


def test_a_share_of_one_is_warned_about_where_a_percentage_is_promised(folder: Path) -> None:
    path = folder / "contracts" / "acme-2026.terms"
    share = '\ninput uptime "Uptime"\n  unit percent\n  stated per month\n'
    credit = '\nservice-credit sla "SLA"\n  10% of payslips when uptime less than 99.9%\n'
    path.write_text(CONTRACT + share + credit, "utf-8")
    uptime = HEAD + "payroll,uptime,2026-01-01,2026-01-31,{},2026-02-03,\n"
    declare(folder, uptime.format("0.995"))
    ((code, mend),) = warnings(folder)
    assert (code, mend) == ("W325", "write 99.5 if that is what it means")
    for quiet in ("99.985", "0", "98.500"):
        declare(folder, uptime.format(quiet))
        assert not warnings(folder)
    path.write_text(CONTRACT + share + credit.replace("less than 99.9%", "more than 0.5%"), "utf-8")
    declare(folder, uptime.format("0.995"))
    assert not warnings(folder), "a share of errors may well be below one percent"


def test_a_figure_given_by_hand_has_no_day_of_declaration(folder: Path) -> None:
    path = folder / "contracts" / "acme-2026.terms"
    found = runs.preview([path], dt.date(2026, 2, 1), [Given("employees", Fraction(31), None)])
    (line,) = found.lines["payroll"]
    assert "source='given by hand, for 2026-01-01 to 2026-01-31'" in repr(line.entitlement)

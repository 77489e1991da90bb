"""workspace: figures that people declare, in CSV files."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer import workspace
from invoicer.domain.period import Period
from invoicer.workspace import declared_later, read_declarations

HEAD = "contract,input,from,to,value,declared,by,remark\n"
SOUND = HEAD + "acme,staff,2026-01-01,2026-01-31,31,2026-02-03,HR of Acme,\n"


def write(folder: Path, text: str | bytes, name: str = "2026.csv") -> None:
    (folder / "inputs").mkdir(exist_ok=True)
    (folder / "inputs" / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_row_is_a_figure_for_days_that_both_count(folder: Path) -> None:
    write(folder, SOUND + "acme,staff,2026-01-01,2026-01-31,35.5,2026-02-20,,counted again\n")
    first, second = workspace.load(folder).declarations.of("acme")["staff"]
    assert first.days == Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert (first.value, first.declared, first.by) == (Fraction(31), dt.date(2026, 2, 3), "HR of Acme")
    assert first.source == "inputs/2026.csv:2"
    assert second.value == Fraction("35.5") and second.by == ""


def test_spreadsheets_may_write_semicolons_and_a_byte_order_mark(folder: Path) -> None:
    write(folder, "\ufeff" + SOUND.replace(",", ";").replace("\n", "\r\n"))
    assert len(workspace.load(folder).declarations.of("acme")["staff"]) == 1


@pytest.mark.parametrize(
    "change", [("\n", "\r"), ("HR of Acme", "HR\u00a0of\u202fAcme")], ids=["ends of lines", "spaces"]
)
def test_spreadsheets_may_write_old_ends_of_lines_and_spaces_that_do_not_break(
    folder: Path, change: tuple[str, str]
) -> None:
    write(folder, SOUND.replace(*change))
    (figure,) = workspace.load(folder).declarations.of("acme")["staff"]
    assert figure.by == "HR of Acme" and figure.value == 31


def test_cells_beyond_all_measure_are_named_and_not_repeated(folder: Path) -> None:
    write(folder, ("x" * 200_000 + "," + HEAD) + "," + SOUND.partition("\n")[2])
    write(folder, HEAD + "acme,staff," + "y" * 200_000 + ",2026-01-31,31,2026-02-03,,\n", "later.csv")
    read = read_declarations(folder)
    (column,) = read.warnings
    assert column.cause == f"the column “{'x' * 60}…” is not read"
    (cell,) = [one for one in read.problems_of["acme"] if one.where.file == "inputs/later.csv"]
    assert cell.code == "W315" and cell.where.part == "from" and "200000 characters" in cell.cause


def test_a_byte_of_another_encoding_is_named_behind_a_byte_order_mark_as_well(folder: Path) -> None:
    write(folder, b"\xef\xbb\xbf" + SOUND.encode().replace(b"HR of Acme", b"Caf\xe9"))
    (problem,) = read_declarations(folder).loose
    assert "the byte E9 (“é” in Windows-1252)" in problem.cause and problem.where.line == 2


def test_figures_of_a_contract_may_stand_in_several_files(folder: Path) -> None:
    write(folder, SOUND)
    write(folder, HEAD + "acme,staff,2026-02-01,2026-02-28,32,2026-03-03,,\n", "later.csv")
    assert [one.source for one in read_declarations(folder).of("acme")["staff"]] == [
        "inputs/2026.csv:2",
        "inputs/later.csv:2",
    ]


def test_a_workspace_without_figures_is_one(folder: Path) -> None:
    assert workspace.load(folder).declarations == workspace.Declarations()


def test_every_wrong_row_in_one_pass(folder: Path, snapshot: SnapshotAssertion) -> None:
    rows = [
        'acme,staff,2026-02-01,2026-02-28,"1,5",2026-03-03,,\n',
        "acme,staff,2026-03-31,2026-03-01,31,2026-04-03,,\n",
        "acme,staff,01/04/2026,2026-04-31,99%,yesterday,,\n",
        "acme,,2026-05-01,2026-05-31,,,,\n",
        "beta,staff,2026-05-01,2026-05-31,31\n",
        ",staff,2026-05-01,2026-05-31,31,2026-06-01,,\n",
        "gamma ltd,staff,2026-05-01,2026-05-31,31,2026-06-01,,\n",
        "delta,staff,2026-01-01,2026-01-31,31,2026-02-01,,\n",
        "delta,staff,2026-01-01,2026-01-31,32,2026-02-01,,\n",
        "delta,staff,2026-01-15,2026-02-15,33,2026-02-01,,\n",
        ",,,,,,,\n",
    ]
    write(folder, SOUND + "".join(rows))
    found = read_declarations(folder)
    told = {contract: [str(problem) for problem in problems] for contract, problems in found.problems_of.items()}
    assert snapshot == {**told, "(any)": [str(problem) for problem in found.loose]}


def test_wrong_columns_and_other_files_are_told(folder: Path, snapshot: SnapshotAssertion) -> None:
    write(folder, SOUND.replace("input", "inputs", 1).replace("remark", "note", 1))
    write(folder, b"\xff\xfea", "excel.csv")
    write(folder, "", "notes.txt")
    found = read_declarations(folder)
    assert snapshot == [str(problem) for problem in (*found.loose, *found.warnings)]


def test_a_figure_of_a_day_to_come_is_a_warning(folder: Path) -> None:
    write(folder, SOUND)
    declarations = read_declarations(folder)
    assert not list(declared_later(declarations, dt.date(2026, 2, 3)))
    (warning,) = declared_later(declarations, dt.date(2026, 2, 2))
    assert (warning.code, warning.severity, str(warning.where)) == ("W318", "warning", "inputs/2026.csv:2, declared")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_first_line_for_excel_is_passed_over(folder: Path, end: str) -> None:
    write(folder, ("sep=;\n" + SOUND.replace(",", ";") + "acme;staff;x\n").replace("\n", end))
    read = read_declarations(folder)
    assert read.of("acme")["staff"][0].source == "inputs/2026.csv:3"
    (ragged,) = read.problems_of["acme"]
    assert ragged.where.line == 4 and not read.warnings


def test_a_column_that_is_not_read_names_those_that_are_missing(folder: Path) -> None:
    write(folder, SOUND.replace(",by,", ",whoever,"))
    (warning,) = read_declarations(folder).warnings
    assert warning.code == "W319" and warning.mend.endswith("; if it is meant to be by, name it so")

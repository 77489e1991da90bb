"""workspace: index series, a file each."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer import workspace
from invoicer.workspace import published_later, read_indices

SOUND = "month,value,published,remark\n2025-10,124.10,2025-11-12,\n2026-10,127.30,2026-11-11,first\n"


def write(folder: Path, name: str, text: str | bytes) -> None:
    (folder / "indices").mkdir(exist_ok=True)
    (folder / "indices" / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_series_is_a_file_and_a_row_a_publication(folder: Path) -> None:
    write(folder, "NL-CPI-2015.csv", SOUND + "2026-10,127.45,2027-01-10,revised\n")
    found = workspace.load(folder)
    assert found.index_names == {"NL-CPI-2015"}
    values = found.indices["NL-CPI-2015"]
    assert [str(one.month) for one in values] == ["2025-10-01", "2026-10-01", "2026-10-01"]
    assert values[2].value == Fraction("127.45")
    assert values[2].published == dt.date(2027, 1, 10)
    assert values[2].source == "indices/NL-CPI-2015.csv:4"
    assert not found.warnings


def test_spreadsheets_may_write_semicolons_and_a_byte_order_mark(folder: Path) -> None:
    write(folder, "CPI.csv", "\ufeff" + SOUND.replace(",", ";").replace("\n", "\r\n"))
    assert len(workspace.load(folder).indices["CPI"]) == 2


@pytest.mark.parametrize("above", ["sep=;{end}", "sep=;;;{end}", "{end} {end}", ";;{end}", "sep=|{end}{end}"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_above_the_first_row(folder: Path, above: str, mark: str, end: str) -> None:
    """What spreadsheets write for themselves is no row; problems stand on the line where an editor shows them."""
    by, top = "|" if "|" in above else ";", mark + above.format(end=end)
    text = SOUND.replace(",", by).replace("\n", end)
    write(folder, "CPI.csv", top + text)
    found = workspace.load(folder).indices["CPI"]
    assert [value.source for value in found] == [f"indices/CPI.csv:{above.count('{end}') + line}" for line in (2, 3)]
    write(folder, "CPI.csv", top + text + f"never{by}1{by}2026-02-10{end}")
    (wrong,) = workspace.load(folder).index_problems["CPI"]
    assert wrong.where.line == above.count("{end}") + 4
    write(folder, "CPI.csv", top + text.replace("value", "vlaue", 1))
    (wrong,) = workspace.load(folder).index_problems["CPI"]
    assert wrong.where.line == above.count("{end}") + 1


def test_a_workspace_without_indices_is_one(folder: Path) -> None:
    assert workspace.load(folder).index_names == frozenset()


def test_every_wrong_row_in_one_pass(folder: Path, snapshot: SnapshotAssertion) -> None:
    rows = [
        "2025-10-01,124.10,2025-11-12,\n",
        "10/2025,124.10,2025-11-12,\n",
        "Oct 2025,124.10,2025-11-12,\n",
        '2025-11,"124,10",12/03/2026,\n',
        "2025-12,1 124.10,2026-01-14,\n",
        "2026-01,about 124,2026-02-11,\n",
        "2026-02,0,2026-03-11,\n",
        "2026-03,,2026-04-11,\n",
        "2026-04,125.00\n",
        "2026-05,125.10,2026-05-20,\n",
        "2026-06,125.20,2026-07-11,\n",
        "2026-06,125.30,2026-07-11,\n",
        ",,,\n",
    ]
    write(folder, "CPI.csv", SOUND + "".join(rows))
    write(folder, "sound.csv", SOUND)
    found = read_indices(folder)
    assert list(found.sound) == ["sound"]
    assert "\n".join(map(str, found.problems_of["CPI"])) + "\n" == snapshot


def test_files_that_are_no_series(folder: Path, snapshot: SnapshotAssertion) -> None:
    write(folder, "columns.csv", "moth,value,publication,value\n2025-10,1,2025-11-12,1\n")
    write(folder, "empty.csv", "")
    write(folder, "encoding.csv", SOUND.replace("first", "é").encode("cp1252"))
    write(folder, "quotes.csv", SOUND + '2026-11,"127.50,2026-12-11,\n')
    write(folder, "notes.txt", "hello")
    write(folder, "extra.csv", "month,value,published,base\n2025-10,124.10,2025-11-12,2015\n")
    found = read_indices(folder)
    told = [problem for problems in found.problems_of.values() for problem in problems]
    assert "\n".join(map(str, (*told, *found.warnings))) + "\n" == snapshot


def test_a_day_of_publication_to_come_is_a_warning(folder: Path, snapshot: SnapshotAssertion) -> None:
    write(folder, "CPI.csv", SOUND)
    found = published_later(read_indices(folder).sound, dt.date(2026, 11, 10))
    assert "\n".join(map(str, found)) + "\n" == snapshot

"""workspace: customers.csv."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from invoicer.domain.party import PartyKind, in_force
from invoicer.workspace import load, read_customers
from invoicer.workspace.customers import COLUMNS, Customers

COLUMN_ROW = (
    "id,name,kind,contact,street,postcode,city,region,country,language,vat_id,vat_id_confirmed,company_number,email,iban,"
    "reference,valid_from,recorded\n"
)
ACME = "acme,Acme,business,,Straat 1,1011 AB,Amsterdam,,NL,nl,NL004495445B01,2025-12-01,90000002,,,,2025-12-01,\n"


def read(tmp_path: Path, text: str | bytes) -> Customers:
    path = tmp_path / "customers.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_customers(path, "customers.csv", "en")


def shown(found: Customers) -> str:
    lines = list(map(str, found.problems))
    for customer, problems in found.problems_of.items():
        lines += ["", f"{customer} is held:", *map(str, problems)]
    return "\n".join([*lines, "", f"sound: {', '.join(found.sound) or 'none'}"])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_as_spreadsheets_export_it(tmp_path: Path, separator: str, mark: str, end: str) -> None:
    name = 'Ünïcode, "quoted"; Ltd'
    row = ["acme", name, "business", " Straat 1 ", "Leiden", "NL", "NL 0044.95.445.B01", "2026-01-01"]
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=separator, lineterminator=end)
    writer.writerow(["id", "name", "kind", "street", "city", "country", "vat_id", "valid_from"])
    writer.writerow(row)
    writer.writerow([""] * len(row))
    found = read(tmp_path, mark + made.getvalue())
    assert found.problems == () and found.problems_of == {}
    (customer,) = found.sound["acme"]
    assert (customer.name, customer.kind, customer.address.street) == (name, PartyKind.BUSINESS, "Straat 1")
    assert (customer.vat_id, customer.language) == ("NL004495445B01", "en")
    assert customer.recorded == customer.valid_from == dt.date(2026, 1, 1)


def test_rows_of_one_customer_follow_each_other(tmp_path: Path) -> None:
    moved = ACME.replace("Straat 1", "Gracht 2").replace("2025-12-01,\n", "2026-04-01,2026-03-18\n")
    corrected = ACME.replace("Acme,", "Acme B.V.,").replace("2025-12-01,\n", "2025-12-01,2026-02-01\n")
    found = read(tmp_path, COLUMN_ROW + ACME + moved + corrected)
    assert shown(found) == "\nsound: acme"
    rows = found.sound["acme"]
    assert len(rows) == 3

    def known(day: str, on: str) -> str:
        row = in_force(rows, dt.date.fromisoformat(day), dt.date.fromisoformat(on))
        return f"{row.name}, {row.address.street}" if row else "nobody"

    assert known("2026-05-01", "2026-01-01") == "Acme, Straat 1"
    assert known("2026-05-01", "2026-02-01") == "Acme B.V., Straat 1"
    assert known("2026-05-01", "2026-03-18") == "Acme, Gracht 2"
    assert known("2025-11-30", "2026-03-18") == "nobody"


def test_every_wrong_row_in_one_pass(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    rows = [
        ACME,
        "many,,busines,,,,,,Germny,Dutch,NL004495446B01,12/03/2026,,billing,NL91ABNA0417164301,,31.12.2025,soon\n",
        "short,Short,business,,Straat 1\n",
        "long,Long,consumer,,Straat 1,1,City,,NL,,,,,,,,2026-01-01,,,\n",
        ",Nobody,consumer,,Straat 1,1,City,,NL,,,,,,,,2026-01-01,\n",
        "bad id,Nobody,consumer,,Straat 1,1,City,,NL,,,,,,,,2026-01-01,\n",
        "abroad,Abroad,business,,Straat 1,1,City,,BE,,NL004495445B01,,,,,,2026-01-01,\n",
        "person,Person,consumer,,Straat 1,1,City,,NL,,NL004495445B01,,,,,,2026-01-01,\n",
        "unnumbered,Unnumbered,business,,Straat 1,1,City,,NL,,,2026-01-01,,,,,2026-01-01,\n",
        "early,Early,business,,Straat 1,1,City,,NL,,NL004495445B01,2026-03-01,,,,,2026-01-01,2026-01-01\n",
        'broken,Broken,business,,"Straat 1\nbis",1,City,,NL,,,,,,,,2026-01-01,\n',
        "twice,Twice,business,,Straat 1,1,City,,NL,,,,,,,,2026-01-01,\n",
        "twice,Twice,business,,Straat 2,1,City,,NL,,,,,,,,2026-01-01,\n",
        "two,First,business,,Straat 1,1,City,,NL,,,,,,,,2026-01-01,\n",
        "two,Second,business,,Straat 2,1,City,,NL,,,,,,,,2026-01-01,2026-02-01\n",
        "legal,Old Name,business,,Straat 1,1,City,,NL,,,,111,,,,2026-01-01,\n",
        "legal,Other Company,business,,Straat 2,1,City,,NL,,,,222,,,,2027-01-01,\n",
        "renamed,Old Name,business,,Straat 1,1,City,,NL,,,,111,,,,2026-01-01,\n",
        "renamed,New Name,business,,Straat 2,1,City,,NL,,,,111,,,,2027-01-01,\n",
    ]
    assert shown(read(tmp_path, COLUMN_ROW + "".join(rows))) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n" + ACME.encode(),
        b"id,nmae,kind,adress,city,contry,valid_from\n",
        b"id,name,kind,street,city,country,valid_from,vat_idd,notes,\n",
        b"id,name,id,kind,street,city,country,valid_from\n",
        (COLUMN_ROW + ACME).replace("Acme", "Caf\u00e9").encode("cp1252"),
        (COLUMN_ROW + ACME).encode("utf-16"),
        b"PK\x03\x04 a spreadsheet's own file \x00\x00",
        (COLUMN_ROW + ACME + ACME.replace("Acme", '"Acme') + ACME).encode(),
        (COLUMN_ROW + ACME.replace("Acme", 'A"cme"').replace("Straat 1", '"Straat" 1')).encode(),
    ],
    ids=[
        "empty",
        "no-columns",
        "misspelt",
        "unread",
        "twice",
        "windows-1252",
        "utf-16",
        "binary",
        "open-quote",
        "quote",
    ],
)
def test_a_file_that_is_no_list_of_customers(tmp_path: Path, snapshot: SnapshotAssertion, text: bytes) -> None:
    assert shown(read(tmp_path, text)) == snapshot


def test_no_file(tmp_path: Path) -> None:
    found = read_customers(tmp_path / "customers.csv", "customers.csv", "en")
    assert [problem.code for problem in found.problems] == ["W101"]


def test_one_wrong_customer_holds_nobody_else(folder: Path) -> None:
    path = folder / "customers.csv"
    path.write_text(path.read_text("utf-8").replace("jansen,P. Jansen,consumer", "jansen,P. Jansen,consumr"), "utf-8")
    workspace = load(folder)
    assert set(workspace.customers) == {"acme"}
    assert [problem.mend for problem in workspace.customer_problems["jansen"]] == ["did you mean “consumer”?"]
    assert workspace.customer_ids == {"acme", "jansen"}


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["acme", "business", "consumer", "NL", "2026-01-01", "12/03/2026", "NL004495445B01", '"', ";", ",", "\n", "en"]
)


@given(
    columns=st.permutations(COLUMNS),
    rows=st.lists(st.lists(cells, min_size=1, max_size=20), max_size=6),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]),
)
def test_no_content_breaks_the_reader_and_no_row_is_lost(
    tmp_path_factory: pytest.TempPathFactory, columns: list[str], rows: list[list[str]], quoting: int
) -> None:
    made = io.StringIO(newline="")
    writer = csv.writer(made, quoting=quoting, escapechar="\\", lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows(row for row in rows if row != [""])  # which can't be written without quotes
    found = read(tmp_path_factory.mktemp("customers"), made.getvalue())
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    said = len(found.problems) + sum(map(len, found.problems_of.values())) + sum(map(len, found.sound.values()))
    assert bool(filled) <= bool(said)
    assert not set(found.sound) & set(found.problems_of)

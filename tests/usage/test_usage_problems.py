"""usage: what is wrong is named where it stands, and holds what it could touch, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from invoicer.domain.price import Compare, Comparison
from invoicer.domain.usage import Measured
from invoicer.errors import Problem, Severity

HEAD = "event,contract,meter,at,amount,node,received\n"
SOUND = "sound,gamma,traffic,2026-01-01T10:00:00Z,1,a,\n"
WHEN = "2026-01-02T10:00:00Z"


def test_every_wrong_row_in_one_pass(usage: Any, ask: Any, snapshot: SnapshotAssertion) -> None:
    usage.source("traffic.csv", "traffic", "calls")
    usage.write(
        "traffic.csv",
        HEAD
        + SOUND
        + "e1,acme,traffic,2026-01-01T10:00:00,1,a,\n"
        + "e2,acme,traffic,2026-02-30T10:00:00Z,1,a,\n"
        + "e3,acme,traffic,01/02/2026,1,a,\n"
        + "e4,acme,traffic,2206-01-01T10:00:00Z,1,a,\n"
        + f"\nsound,acme,traffic,{WHEN},1,a,\n"
        + f"e5,acmee,traffic,{WHEN},1,a,\n"
        + f"e6,zzz,traffic,{WHEN},1,a,\n"
        + f"e7,acme,trafic,{WHEN},1,a,\n"
        + f"e8,acme,storage,{WHEN},1,a,\n"
        + f'e9,acme,traffic,{WHEN},"1,5","two\nlines",\n'
        + f"e10,acme,traffic,{WHEN},-4,a,\n"
        + f"e11,acme,traffic,{WHEN},0.30000000000000004,a,\n"
        + f"e12,acme,traffic,{WHEN},1e3,a,\n"
        + f"e13,acme,traffic,{WHEN},,a,\n"
        + f"e14,acme,traffic,{WHEN},1,a,2025-12-24\n"
        + f"e15,acme,traffic,{WHEN},1,a,2026-01-02T09:00:00Z\n"
        + f"e16,acme,traffic,{WHEN},1,a,soon\n"
        + ",,,,1,a,\n"
        + f"e17,acme,calls,{WHEN},1,five,\n"
        + f"e18,acme,calls,{WHEN},1,,\n",
    )
    calls = ask.meter("max", "amount", name="calls", only=Compare("node", Comparison.AT_LEAST, Fraction(200)))
    january = [ask.demand(ask.meter()), ask.demand(calls), ask.demand(ask.meter(), contract="gamma")]
    assert ask.shown(*usage.ask(*january)) == snapshot


@pytest.mark.parametrize(
    ("row", "held"),
    [
        # a row holds every demand that it might belong to
        (f"e1,acme,traffic,{WHEN},x,,", {"acme traffic 01"}),
        ("e1,acme,traffic,2026-02-02T10:00:00Z,x,,", {"acme traffic 02"}),
        ("e1,acme,traffic,2026-02-02T10:00:00,1,,", {"acme traffic 01", "acme traffic 02"}),
        (f"e1,acme,trafic,{WHEN},1,,", {"acme traffic 01", "acme calls 01"}),
        (f"e1,acmee,calls,{WHEN},1,,", {"acme calls 01", "beta calls 01"}),
        (f"e1,,,{WHEN},1,,", {"acme traffic 01", "acme calls 01", "beta traffic 01", "beta calls 01"}),
        ("e1,gamma,calls,,1,,", set()),
        (f"e1,acme,storage,{WHEN},1,,", {"acme storage 01"}),
        (f"e1,acme,traffic,{WHEN},1,,\ne1,beta,calls,{WHEN},1,,", {"acme traffic 01", "beta calls 01"}),
    ],
)
def test_a_wrong_row_holds_what_it_might_belong_to(usage: Any, ask: Any, row: str, held: set[str]) -> None:
    usage.source("usage.csv", "traffic", "calls")
    usage.write("usage.csv", HEAD + row + "\n")
    usage.source("storage.csv", "storage")
    usage.write("storage.csv", HEAD)
    demands = {
        f"{contract} {name} {month}": ask.demand(
            ask.meter(name=name), f"2026-{month}-01", f"2026-{month}-28", contract=contract
        )
        for contract in ("acme", "beta")
        for name in ("traffic", "calls", "storage")
        for month in ("01", "02")
    }
    answers, problems = usage.ask(*demands.values())
    assert {problem.severity for problem in problems} == {Severity.ERROR}
    assert {name for name, demand in demands.items() if isinstance(answers[demand.key], Problem)} == held


def test_many_rows_with_one_problem_are_counted(usage: Any, ask: Any) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write("traffic.csv", HEAD + "".join(f"e{n},acme,traffic,{WHEN},?,,\n" for n in range(1000)))
    demand = ask.demand(ask.meter())
    answers, problems = usage.ask(demand)
    assert len(problems) == 21
    assert (problems[0].where.line, problems[19].where.line) == (2, 21)
    assert str(problems[20]).startswith("usage/traffic.csv: error[U211]: 980 more rows of this file are wrong")
    assert "1000 rows" in answers[demand.key].cause


def test_old_ends_of_lines_and_columns_without_a_name(usage: Any, ask: Any) -> None:
    usage.source("*.csv", "traffic")
    usage.write("old.csv", (HEAD + SOUND).replace("\n", "\r"))
    usage.write("wide.csv", HEAD.replace("\n", ",,\n") + SOUND.replace("sound", "other").replace("\n", ",,\n"))
    measured, _ = usage.ask(january := ask.demand(ask.meter(), contract="gamma"))
    assert measured[january.key].value == 2


@pytest.mark.parametrize("above", ["sep=;{end}", "sep=;;;{end}", "{end}{end}", ";;{end} {end}", "{end}SEP=;{end}{end}"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_above_the_first_row(usage: Any, ask: Any, above: str, mark: str, end: str) -> None:
    """What spreadsheets write for themselves is no row, and all lines are still told as they stand in the file."""
    usage.source("traffic.csv", "traffic")
    rows = f"e1;acme;traffic;{WHEN};2;;\n\ne2;acme;traffic;never;3;;\ne3;acme\ne4;acme;calls?;{WHEN};1;;\n"
    usage.write("traffic.csv", mark + above.format(end=end) + (HEAD.replace(",", ";") + rows).replace("\n", end))
    measured, problems = usage.ask(january := ask.demand(ask.meter(), contract="gamma"))
    first = above.count("{end}") + 1
    assert sorted({problem.where.line - first for problem in problems}) == [3, 4, 5]
    usage.write("traffic.csv", mark + above.format(end=end) + "event;contract;meter" + end)
    measured, problems = usage.ask(january)
    assert [problem.where.line for problem in problems] == [first], measured


def test_a_separator_in_quotes_is_no_line_to_skip(usage: Any, ask: Any) -> None:
    """DuckDB reads no row at all after a byte order mark and a quote in a line that it skips: events would be lost."""
    usage.source("traffic.csv", "traffic")
    usage.write("traffic.csv", '\ufeff"sep=,"\n' + HEAD + SOUND)
    _, problems = usage.ask(ask.demand(ask.meter()))
    assert {(problem.code, problem.where.line) for problem in problems} == {("U106", 1)}


@pytest.mark.parametrize("text", ["", "sep=;\n", "\n\n\n", "\ufeffsep=;\r\n;;;\r\n"])
def test_a_file_with_nothing_in_it_is_empty(usage: Any, ask: Any, text: str) -> None:
    usage.source("traffic.csv", "traffic")
    usage.write("traffic.csv", text)
    _, (problem,) = usage.ask(ask.demand(ask.meter()))
    assert (problem.code, problem.cause) == ("U106", "this file is empty")


def test_a_cell_beyond_all_measure_is_a_wrong_row(usage: Any, ask: Any) -> None:
    usage.source("*.csv", "traffic")
    usage.write("traffic.csv", HEAD + SOUND + "e" * 200_000 + f",acme,traffic,{WHEN},x,,\n")
    shown = ask.shown(*usage.ask(ask.demand(ask.meter())))
    assert "traffic.csv:3" in str(shown) and len(str(shown)) < 10_000


def test_files_that_can_not_be_read(usage: Any, ask: Any, snapshot: SnapshotAssertion) -> None:
    demands = []
    deliveries: dict[str, bytes] = {
        "empty.csv": b"",
        "columns.csv": b"event,kontract,meter,at,at\n",
        "ragged.csv": b"event,contract,meter,at\n1,acme,m,2026-01-01T10:00:00Z\n2,acme\n3,a,b,c,d\n4,caf\xe9,m,x\n",
        "quotes.csv": b'event,contract,meter,at\n1,"acme,m,2026-01-01T10:00:00Z\n2,acme,m,2026-01-01T10:00:00Z\n',
        "latin.csv": b"event,contract,meter,at,caf\xe9\n",
        "utf16.csv": "event,contract,meter,at\n".encode("utf-16"),
        "no.parquet": b"PAR1 is how it begins",
        "text.txt": b"?",
        "odd[1].csv": b"event,contract,meter,at\n",
        "shared.csv": b"event,contract,meter,at\n",
    }
    for name, data in deliveries.items():
        (usage.folder / name).write_bytes(data)
        meter = f"m-{name.split('.')[0]}"
        usage.source(name.replace("[", "?").replace("]", "?"), meter)
        demands.append(ask.demand(ask.meter("count", "", name=meter)))
    usage.source("sh*.csv", "m-also")
    usage.source("missing-*.csv", "m-missing")
    usage.write("stray.csv", HEAD)
    demands += [ask.demand(ask.meter("count", "", name=name)) for name in ("m-also", "m-missing", "m-nowhere")]
    meters = [demand.meter.id for demand in demands]
    shown = ask.shown(*usage.ask(*demands, meters=meters))
    assert shown.replace(str(usage.folder.resolve()), "…") == snapshot


def test_parquet_columns_without_exact_values(usage: Any, ask: Any, snapshot: SnapshotAssertion) -> None:
    head = "SELECT 'e1' AS event, 'acme' AS contract, 'traffic' AS meter"
    stamp = "TIMESTAMPTZ '2026-01-01 10:00:00+00' AS \"at\""
    usage.parquet("double.parquet", f"{head}, {stamp}, 0.1::DOUBLE AS amount")
    usage.parquet("naive.parquet", f"{head}, TIMESTAMP '2026-01-01 10:00:00' AS \"at\", 1 AS amount")
    usage.parquet("nested.parquet", f"{head}, {stamp}, [1, 2] AS amount")
    usage.parquet("null.parquet", f"{head}, {stamp}, NULL::INTEGER AS amount UNION ALL {head}, NULL, 1")
    for name in ("double", "naive", "nested", "null"):
        usage.source(f"{name}.parquet", "traffic")
    assert ask.shown(*usage.ask(ask.demand(ask.meter()))) == snapshot


def test_a_column_that_a_meter_needs_is_missing(usage: Any, ask: Any, snapshot: SnapshotAssertion) -> None:
    usage.source("*.csv", "traffic", "calls")
    usage.write("a.csv", f"event,contract,meter,at,amuont\ne1,acme,traffic,{WHEN},1\n")
    usage.write("b.csv", f"event,contract,meter,at\ne2,acme,calls,{WHEN}\n")  # counted: no column is needed
    demands = [ask.demand(ask.meter()), ask.demand(ask.meter("count", "", name="calls"))]
    answers, problems = usage.ask(*demands)
    assert ask.shown(answers, problems) == snapshot
    assert isinstance(answers[demands[1].key], Measured)


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        "[[source]\n",
        "[source]\nfiles = 'a.csv'\n",
        "[[source]]\nfile = 'a.csv'\nmeters = 'traffic'\ncomplete_through = '2026-06-30'\nowner = 'net'\n",
        "[[source]]\nfiles = '../a.csv'\nmeters = []\ncomplete_through = 2026-06-30T00:00:00\n",
        "[[sources]]\nfiles = 'a.csv'\n",
    ],
)
def test_a_manifest_that_can_not_be_used(
    usage: Any, ask: Any, snapshot: SnapshotAssertion, manifest: str | None
) -> None:
    usage.write("a.csv", HEAD)
    if manifest is not None:
        usage.write("manifest.toml", manifest)
    assert ask.shown(*usage.ask(ask.demand(ask.meter()))) == snapshot


def test_an_unknown_meter_in_the_manifest(usage: Any, ask: Any, snapshot: SnapshotAssertion) -> None:
    usage.source("a.csv", "trafic", "calls")
    usage.write("a.csv", HEAD)
    demands = [ask.demand(ask.meter()), ask.demand(ask.meter(name="calls"))]
    assert ask.shown(*usage.ask(*demands)) == snapshot


def test_nothing_outside_of_the_folder_is_read(usage: Any, ask: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(HEAD + SOUND, "utf-8")
    (usage.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    usage.source("link.csv", "traffic")
    demand = ask.demand(ask.meter(), contract="gamma")
    answers, problems = usage.ask(demand)
    assert [problem.code for problem in problems] == ["U105"]
    assert isinstance(answers[demand.key], Problem)

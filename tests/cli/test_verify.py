"""`invoicer verify`: what a person sees, and what it finds in a workspace that somebody has been at."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

from invoicer.domain.canonical import sha256
from tests.cli.conftest import Shell


def found(shell: Shell, *words: str) -> list[tuple[str, str]]:
    """The codes and places of what is wrong."""
    done = shell("verify", "--json", *words)
    data = json.loads(done.stdout)
    assert done.exit_code == (0 if data["sound"] else 1)
    return [(one["code"], one["part"] or one["file"]) for one in data["problems"]]


def edit(shell: Shell, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(shell.folder / "ledger" / "invoicer.db")) as database, database:
        database.execute(statement, values)


def test_a_sound_ledger(issued: Shell) -> None:
    done = issued("verify")
    assert done.exit_code == 0
    assert done.stdout.count("sound") == 3
    assert json.loads(issued("verify", "--json").stdout)["looked_at"] == {
        "log and tables": 4,
        "documents": 1,
        "files": 1,
    }
    assert found(issued, "INV-2026-00001") == found(issued, "--since", "2026-01-01", "--until", "2026-01-01") == []


def test_terms_and_plugins_are_not_needed(issued: Shell) -> None:
    for path in (issued.folder / "contracts").iterdir():
        path.unlink()
    issued.write("plugins/broken.py", "this is no Python")
    assert found(issued) == []


def test_customers_are_not_needed(issued: Shell) -> None:
    table = issued.folder / "customers.csv"
    table.write_text(table.read_text("utf-8") + "one cell\n", "utf-8")
    assert issued("plan", "--as-of", "2026-02-01", "--dry-run").exit_code == 1
    assert found(issued) == []
    table.unlink()
    assert found(issued) == []
    issued.write("invoicer.toml", "")
    assert "W003" in issued("verify").stderr


def test_ranges(issued: Shell) -> None:
    assert json.loads(issued("verify", "--json", "--since", "2026-01-02").stdout)["looked_at"]["documents"] == 0
    assert issued("verify", "--since", "2026-02-01", "--until", "2026-01-01").exit_code == 2
    assert found(issued, "INV-2026-00002") == [("L140", "document INV-2026-00002")]


def test_a_file_where_a_folder_is_to_be(issued: Shell) -> None:
    folder = issued.folder / "documents"
    shutil.rmtree(folder)
    folder.touch()
    done = issued("issue", "--on", "2026-01-01")
    assert done.exit_code == 1
    assert "[L102]" in done.stderr
    assert "a file stands where a folder is to be" in done.stderr
    folder.unlink()
    assert issued("issue", "--on", "2026-01-01").exit_code == 0
    assert len([*folder.rglob("*.pdf")]) == 1


def test_files_that_are_gone_changed_or_strangers(issued: Shell) -> None:
    [paper] = (issued.folder / "documents").rglob("*.pdf")
    [kept] = (path for path in (issued.folder / "ledger" / "files").rglob("*") if path.is_file())
    bytes_ = paper.read_bytes()
    paper.write_bytes(bytes_ + b"!")
    assert found(issued) == [("L146", str(paper))]
    paper.unlink()
    assert found(issued) == [("L146", str(paper))]
    paper.write_bytes(bytes_)
    kept.write_bytes(b"another")
    assert found(issued) == [("L142", str(kept))]
    kept.unlink()
    assert found(issued) == [("L142", str(kept))]
    kept.write_bytes(bytes_)
    strangers = [paper.with_name("INV-2026-00002.pdf"), kept.with_name("f" * 64)]
    for path in strangers:
        path.write_bytes(b"%PDF")
    assert sorted(found(issued)) == sorted(("L148", str(path)) for path in strangers)
    assert found(issued, "INV-2026-00001") == []


def test_a_content_that_is_gone(issued: Shell) -> None:
    edit(issued, "DELETE FROM contents WHERE sha256 = (SELECT min(sha256) FROM contents)")
    assert {place for _, place in found(issued)} == {"document INV-2026-00001"}
    assert {code for code, _ in found(issued)} == {"L143"}


def test_a_document_that_never_added_up_is_found_though_every_hash_fits(issued: Shell) -> None:
    """Somebody writes another amount, its hash, a log made anew and an anchor that fits: the arithmetic tells."""
    folder = issued.folder / "ledger"
    kept = issued.folder / "kept.json"
    shutil.copy(folder / "anchor.json", kept)
    assert found(issued, "--anchor", str(kept)) == []
    with closing(sqlite3.connect(folder / "invoicer.db")) as database, database:
        [(old, text)] = database.execute("SELECT sha256, json FROM documents").fetchall()
        new = text.replace('"net":{"amount":"45.00"', '"net":{"amount":"46.00"')
        assert new != text
        database.execute("UPDATE documents SET json = ?, sha256 = ?", (new, sha256(new)))
        last = "0" * 64
        rows = database.execute("SELECT sequence, kind, payload FROM log ORDER BY sequence").fetchall()
        for sequence, kind, payload in rows:
            said = payload.replace(old, sha256(new))
            anew = sha256(f"{sequence}\n{kind}\n{said}\n{last}")
            database.execute(
                "UPDATE log SET payload = ?, previous = ?, hash = ? WHERE sequence = ?", (said, last, anew, sequence)
            )
            last = anew
    assert [code for code, _ in found(issued)] == ["L109"]
    (folder / "anchor.json").write_text(json.dumps({"count": len(rows), "head": last}))
    places = found(issued)
    assert found(issued, "--anchor", str(kept))[0] == ("L109", str(kept))
    assert ("L119", "document INV-2026-00001, line 1") in places
    assert {code for code, _ in places} == {"L119"}


def test_a_text_that_was_changed_lies_in_the_backup_and_shows_amounts_as_people_write_them(issued: Shell) -> None:
    with closing(sqlite3.connect(issued.folder / "ledger" / "invoicer.db")) as database, database:
        database.execute("UPDATE documents SET json = replace(json, '389.62', '389.63')")
    done = issued("verify", "--json")
    assert done.exit_code == 1
    problems = json.loads(done.stdout)["problems"]
    assert {problem["code"] for problem in problems} == {"L113", "L119"}
    (sums,) = (problem for problem in problems if problem["code"] == "L119")
    assert sums["cause"] == "its total is 389.63, and net and VAT come to 389.62"
    assert sums["mend"] == next(problem["mend"] for problem in problems if problem["code"] == "L113")


def test_a_kept_anchor_that_is_longer_or_says_nothing(issued: Shell) -> None:
    kept = issued.folder / "kept.json"
    kept.write_text('{"count": 99, "head": ""}')
    assert found(issued, "--anchor", str(kept)) == [("L108", str(kept))]
    kept.write_text("[]")
    assert found(issued, "--anchor", str(kept)) == [("L111", str(kept))]

"""Files by their hash and by a name for people; contents by their hash."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer import runs
from invoicer.domain.canonical import sha256
from invoicer.errors import RunError, Severity
from invoicer.ledger import Files
from invoicer.ledger.durable import STRAY, write_whole
from invoicer.ledger.faults import no_fault
from tests.ledger.conftest import Places
from tests.ledger.papers import TODAY, by_hand, confirmed, edit, finish, made, many, reader, run, writer
from tests.quickly import law


def test_bytes_are_kept_under_their_hash_and_published_under_a_name(tmp_path: Path) -> None:
    files = Files(tmp_path / "files", tmp_path / "documents")
    digest = files.put(b"%PDF")
    assert files.path(digest) == tmp_path / "files" / digest[:2] / sha256(b"%PDF")
    assert files.read(digest) == b"%PDF"
    assert files.publish(digest, "2026/A-1.pdf") == tmp_path / "documents" / "2026" / "A-1.pdf"
    assert (tmp_path / "documents" / "2026" / "A-1.pdf").read_bytes() == b"%PDF"
    assert files.put(b"%PDF") == digest


def test_a_file_has_its_name_when_its_bytes_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No kill shows what only a loss of power would: so it is told by what is asked of the system, in which order."""
    asked: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        asked.append(f"sync {'folder' if stat.S_ISDIR(os.fstat(descriptor).st_mode) else 'file'}")
        sync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        asked.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    write_whole(tmp_path / "anchor.json", b"{}", no_fault)
    assert asked == ["sync file", "rename", "sync folder"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_who_may_read_a_file_is_said_by_whoever_runs_the_batch(tmp_path: Path, mask: int, mode: int) -> None:
    script = (
        "import os, sys; from pathlib import Path; "
        f"os.umask({mask}); "
        "from invoicer.ledger import Files; "
        "files = Files(Path(sys.argv[1]), Path(sys.argv[1]) / 'documents'); "
        "print(files.publish(files.put(b'%PDF'), 'A-1.pdf'))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert stat.S_IMODE(Path(done.stdout.strip()).stat().st_mode) == mode


def test_whoever_writes_on_the_published_copy_leaves_the_archive_alone(tmp_path: Path) -> None:
    files = Files(tmp_path / "files", tmp_path / "documents")
    digest = files.put(b"%PDF")
    path = files.publish(digest, "A-1.pdf")
    path.write_bytes(b"PAID")
    assert files.read(digest) == b"%PDF"
    with pytest.raises(RunError, match=r"L144.*never replaced"):
        files.publish(digest, "A-1.pdf")
    assert path.read_bytes() == b"PAID"
    path.unlink()
    assert files.publish(digest, "A-1.pdf").read_bytes() == b"%PDF"


@pytest.mark.parametrize("name", ["../A-1.pdf", "2026/../../A-1.pdf", "{}/A-1.pdf"])
def test_a_name_that_somebody_wrote_into_the_database_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    files = Files(tmp_path / "files", tmp_path / "documents")
    digest = files.put(b"%PDF")
    with pytest.raises(RunError, match=r"L113.*leads out of the folder of documents"):
        files.publish(digest, name.format(tmp_path))
    assert not (tmp_path / "A-1.pdf").exists()


def test_a_kept_file_that_was_changed_or_is_gone_is_refused(tmp_path: Path) -> None:
    files = Files(tmp_path / "files", tmp_path / "documents")
    digest = files.put(b"%PDF")
    files.path(digest).write_bytes(b"%PDF!")
    with pytest.raises(RunError, match=r"L142.*was changed"):
        files.read(digest)
    files.path(digest).unlink()
    with pytest.raises(RunError, match=r"L142.*is gone"):
        files.publish(digest, "A-1.pdf")


def test_strays_are_swept_when_a_writer_opens_and_nothing_else(folder: Path) -> None:
    with writer(folder) as ledger:
        kept = ledger.files.path(ledger.files.put(b"%PDF"))
    strays = [
        kept.parent / f"{STRAY}1",
        folder / "documents" / "2026" / f"{STRAY}2",
        folder / "ledger" / f"{STRAY}3",
    ]
    mine = folder / "documents" / "2026" / "notes.txt"
    mine.parent.mkdir(parents=True)
    for path in (*strays, mine):
        path.write_text("x")
    with reader(folder):
        assert all(path.exists() for path in strays)
    with writer(folder):
        assert not any(path.exists() for path in strays)
        assert mine.exists()
        assert kept.exists()


def test_an_artifact_is_recorded_once(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
        for _ in range(2):
            made(ledger, "HN-2026-00001", "pdf", b"%PDF")
        assert [item.format for item in ledger.missing_artifacts()] == ["json"]
        with pytest.raises(RunError, match=r"L141.*this one is another"):
            made(ledger, "HN-2026-00001", "pdf", b"%PDF 2")
        assert (folder / "documents" / "2026" / "HN-2026-00001.pdf").read_bytes() == b"%PDF"
        for number, file_format in (("HN-2026-00001", "xml"), ("HN-2026-00009", "pdf")):
            with pytest.raises(RunError, match=f"L141.*no {file_format} of {number} is wanted"):
                made(ledger, number, file_format, b"")


def test_files_that_are_made_together_are_one_entry_of_the_log(folder: Path) -> None:
    """Before that none has its readable name; what another process has recorded meanwhile is not recorded again."""
    first, second = "HN-2026-00001", "HN-2026-00002"
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(2)), finish, TODAY)
        kept = [ledger.keep_artifact(number, "pdf", number.encode()) for number in (second, first)]
        assert not (folder / "documents").exists()
        paths, problems = ledger.save_artifacts(kept, "Bert")
        assert ([path.name for path in paths], problems) == ([f"{first}.pdf", f"{second}.pdf"], ())
        paths[0].unlink()
        late = ledger.keep_artifact(first, "json", b"{}")
        assert ledger.save_artifacts([*kept, late]) == ((paths[0].with_suffix(".json"), *paths), ())
        assert ledger.verify_chain() == ()
        past = ledger.past(first).log
    assert [(one.kind, one.who) for one in past[-3:]] == [("issued", ""), ("files-made", "Bert"), ("files-made", "")]
    with by_hand(folder) as connection:
        said = connection.exec_driver_sql("SELECT payload FROM log WHERE kind = 'files-made' ORDER BY sequence")
        entries = [json.loads(payload) for payload in said.scalars()]
    assert entries == [
        {"files": [[number, "pdf", sha256(number.encode())] for number in (first, second)], "who": "Bert"},
        {"files": [[first, "json", sha256(b"{}")]]},
    ]


def test_a_name_that_is_taken_is_found_before_anything_is_kept_or_logged(folder: Path) -> None:
    taken = folder / "documents" / "2026" / "HN-2026-00001.pdf"
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
        taken.parent.mkdir(parents=True)
        taken.write_bytes(b"somebody's")
        before = ledger.length()
        with pytest.raises(RunError, match=r"L144.*never replaced"):
            ledger.keep_artifact("HN-2026-00001", "pdf", b"%PDF")
        assert (ledger.length(), len(ledger.missing_artifacts())) == (before, 2)
        assert not [path for path in ledger.files.archive.rglob("*") if path.is_file()]


def test_a_name_that_was_taken_meanwhile_holds_up_no_other(folder: Path) -> None:
    taken = folder / "documents" / "2026" / "HN-2026-00001.json"
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
        kept = [ledger.keep_artifact("HN-2026-00001", form, form.encode()) for form in ("json", "pdf")]
        taken.parent.mkdir(parents=True)
        taken.write_bytes(b"somebody's")
        paths, (problem,) = ledger.save_artifacts(kept)
        assert (paths, problem.code) == ((taken.with_suffix(".pdf"),), "L144")
        taken.unlink()
        assert ledger.save_artifacts(kept) == ((taken, taken.with_suffix(".pdf")), ())


def test_what_is_kept_and_not_recorded_yet_is_no_stranger(folder: Path) -> None:
    """So it is while an issue is under way, and after a crash; once nothing is wanted any more it belongs to nobody."""
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
        kept = [ledger.keep_artifact("HN-2026-00001", "json", b"{}")]
        assert [(one.code, one.severity) for one in runs.verify(ledger)[2].problems] == [
            ("L147", Severity.WARNING),
            ("L147", Severity.WARNING),
            ("L148", Severity.WARNING),
        ]
        made(ledger, "HN-2026-00001", "pdf", b"%PDF")
        ledger.save_artifacts(kept)
        assert runs.verify(ledger)[2].problems == ()
        ledger.files.put(b"nobody's")
        assert [(one.code, one.severity) for one in runs.verify(ledger)[2].problems] == [("L148", Severity.ERROR)]


def test_one_that_another_process_has_made_otherwise_holds_up_no_other(folder: Path) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
        kept = [ledger.keep_artifact("HN-2026-00001", form, b"mine") for form in ("json", "pdf")]
        theirs = made(ledger, "HN-2026-00001", "json", b"theirs")
        paths, (problem,) = ledger.save_artifacts(kept)
        assert (paths, problem.code) == ((theirs.with_suffix(".pdf"),), "L141")
        assert theirs.read_bytes() == b"theirs"
        assert ledger.verify_chain() == ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM artifacts WHERE format = 'pdf'",
        "UPDATE artifacts SET format = 'xml', name = '2026/HN-2026-00001.xml' WHERE format = 'pdf'",
        "INSERT INTO artifacts (document, format, name) VALUES ('HN-2026-00001', 'xml', '2026/HN-2026-00001.xml')",
    ],
)
def test_a_file_that_nobody_made_yet_stays_wanted_and_no_other_is(folder: Path, statement: str) -> None:
    with writer(folder) as ledger:
        ledger.issue(confirmed(ledger, many(1)), finish, TODAY)
    edit(folder, statement)
    with reader(folder) as ledger:
        (problem,) = ledger.verify_chain()
    assert (problem.code, problem.where.part) == ("L136", "document HN-2026-00001")
    assert "wanted" in problem.cause


def test_files_of_two_documents_that_changed_names_are_found(folder: Path) -> None:
    """Each is genuine; a customer who is sent what stands under his number gets the other's."""
    with writer(folder) as ledger:
        run(ledger, many(2))
        first, second = [folder / "documents" / one.name for one in ledger.artifacts() if one.format == "pdf"]
    aside = first.replace(first.with_name("aside"))
    second.replace(first)
    aside.replace(second)
    names = [f"2026/{path.name}" for path in (first, second)]
    turns = [("aside", names[0]), (names[0], names[1]), (names[1], "aside")]
    edit(folder, *(f"UPDATE artifacts SET name = '{new}' WHERE name = '{old}'" for new, old in turns))
    with reader(folder) as ledger:
        problems = ledger.verify_chain()
    assert [problem.code for problem in problems] == ["L136", "L136"]
    assert f"goes by the name {names[1]}, and was issued as {names[0]}" in problems[0].cause


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE artifacts SET sha256 = '{forged}'", "the pdf of HN-2026-00001 has another hash than the file"),
        ("UPDATE artifacts SET sha256 = '{forged}', logged = NULL", "the pdf of HN-2026-00001 was made, and the table"),
        ("UPDATE artifacts SET sha256 = NULL", "the pdf of HN-2026-00001 has another hash than the file"),
        ("UPDATE artifacts SET sha256 = NULL, logged = NULL", "the pdf of HN-2026-00001 was made, and the table"),
        ("DELETE FROM artifacts", "the pdf of HN-2026-00001 was made, and the table"),
        ("UPDATE artifacts SET logged = 1", "there is a hash of the pdf of HN-2026-00001, and no entry"),
        ("UPDATE artifacts SET format = 'xml'", "there is a hash of the xml of HN-2026-00001, and no entry"),
    ],
)
def test_a_file_its_copy_and_its_row_that_are_changed_together_are_found(
    folder: Path, statement: str, says: str
) -> None:
    with writer(folder) as ledger:
        run(ledger, many(2))
        [artifact] = [one for one in ledger.artifacts(["HN-2026-00001"]) if one.format == "pdf"]
        forged = ledger.files.put(b"%PDF, paid")
        ledger.files.path(artifact.sha256).unlink()
        (folder / "documents" / artifact.name).write_bytes(b"%PDF, paid")
    edit(folder, statement.format(forged=forged) + " WHERE document = 'HN-2026-00001' AND format = 'pdf'")
    with reader(folder) as ledger:
        problems = ledger.verify_chain()
    assert {(problem.code, problem.where.part) for problem in problems} == {("L136", "document HN-2026-00001")}
    assert any(problem.cause.startswith(says) for problem in problems)


@pytest.fixture(scope="module")
def contents_folder(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return places.new(tmp_path_factory.mktemp("contents"))


@law(10)
@given(contents=st.lists(st.binary(max_size=50), max_size=6))
def test_contents_come_back_byte_for_byte(contents_folder: Path, contents: list[bytes]) -> None:
    folder = contents_folder
    with writer(folder) as ledger:
        digests = ledger.put_contents(contents)
        assert ledger.put_contents(contents) == digests == tuple(map(sha256, contents))
    with reader(folder) as ledger:
        assert [ledger.content(digest) for digest in digests] == contents


def test_what_is_not_there_is_refused(folder: Path) -> None:
    with writer(folder) as ledger:
        with pytest.raises(RunError, match=r"L143.*no content abc"):
            ledger.content("abc")
        with pytest.raises(RunError, match=r"L140.*no document HN-1"):
            ledger.document("HN-1")

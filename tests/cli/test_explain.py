"""`invoicer explain`: from clause to cent, who did it, what is left; as text, JSON and a page that is safe to open."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from invoicer import workspace
from tests.cli.conftest import Shell

BY = ("--by", "Anna")
NASTY = "<script>alert(1)</script> {{ 7*7 }} & more"


@pytest.fixture
def issued(once: Shell, tmp_path: Path) -> Shell:
    """A copy of it for each test."""
    return Shell(Path(shutil.copytree(once.folder, tmp_path / "issued")))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The small workspace with its first invoice issued, of which one line is credited and another is to be."""
    folder = tmp_path_factory.mktemp("explain") / "starter"
    workspace.new_workspace(folder)
    starter = Shell(folder)
    first = "[review]\nfirst_invoice = true\n"
    starter.write("invoicer.toml", (starter.folder / "invoicer.toml").read_text("utf-8") + "\n" + first)
    for words in (
        ("plan", "--as-of", "2026-01-01", "--by", "Cleo"),
        ("confirm", "--doubt", "first-invoice", "--remark", NASTY, *BY),
        ("issue", "--on", "2026-01-01", "--by", "Bert"),
        ("credit", "INV-2026-00001", "--line", "1:amount=5.00", "--reason", "goodwill", "--remark", "sorry", *BY),
        ("plan", "--as-of", "2026-01-02", "--by", "Cleo"),
        ("confirm", "--remark", "fine", *BY),
        ("issue", "--on", "2026-01-02", *BY),
        ("credit", "INV-2026-00001", "--line", "1:amount=2.00", "--reason", "goodwill", "--remark", "again", *BY),
    ):
        done = starter(*words)
        assert done.exit_code in (0, 1), done.output
    return starter


def told(shell: Shell, *words: str) -> Any:
    done = shell("explain", *words, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_document_tells_who_did_what_and_what_is_left(issued: Shell) -> None:
    data = told(issued, "INV-2026-00001", "1")
    [line] = data["lines"]
    rest = line["rest"]
    assert (rest["credited"], rest["asked"]) == ("5.00", "2.00")
    assert float(rest["left"]) == float(rest["billed"]) - 7
    [credit] = rest["corrected_by"]
    assert (credit["number"], credit["amount"], credit["counts"], credit["request"]) == (
        "CN-2026-00001",
        "-5.00",
        False,
        1,
    )
    planned = data["planned"]
    assert (planned["status"], planned["doubts"][0]["name"]) == ("issued", "first-invoice")
    assert {(one["who"], one["remark"]) for one in planned["decisions"]} == {("Anna", NASTY)}
    assert [(one["kind"], one["who"]) for one in data["log"]] == [
        ("planned", "Cleo"),
        ("confirmed", "Anna"),
        ("issued", "Bert"),
        ("files-made", "Bert"),
        ("credit-requested", "Anna"),
        ("credit-requested", "Anna"),
    ]
    assert [one["status"] for one in data["requests"]] == ["issued", "waiting"]
    assert all(clause["as_hashed"] and clause["text"] for clause in line["clauses"])
    terms = next(one for one in data["contents"] if one["name"].startswith("terms:contracts/"))
    assert terms["text"] == (issued.folder / terms["name"].removeprefix("terms:")).read_text("utf-8")


def test_a_credit_note_tells_who_asked_for_it(issued: Shell) -> None:
    data = told(issued, "CN-2026-00001")
    assert [(one["request"], one["document"], one["remark"]) for one in data["requests"]] == [
        (1, "INV-2026-00001", "sorry")
    ]
    assert [(one["kind"], one["who"]) for one in data["log"]] == [
        ("credit-requested", "Anna"),
        ("planned", "Cleo"),
        ("confirmed", "Anna"),
        ("issued", "Anna"),
        ("files-made", "Anna"),
    ]
    assert data["lines"][0]["rest"]["asked"] == "0.00"  # the request that waits is to the invoice
    text = issued("explain", "CN-2026-00001").stdout
    assert "Credit request 1 to INV-2026-00001 of " in text
    assert "(goodwill), issued: sorry" in text
    assert "Credit request 1 to INV-2026-00001 of " in issued("explain", "CN-2026-00001", "--format", "html").stdout


def test_the_words_are_those_of_the_database(issued: Shell) -> None:
    """Entry, hash of the document and of its file are what the tables say."""
    data = told(issued, "INV-2026-00001")
    with closing(sqlite3.connect(issued.folder / "ledger" / "invoicer.db")) as database:
        log = dict(database.execute("SELECT sequence, hash FROM log"))
        stored = list(database.execute("SELECT sha256 FROM documents WHERE number = 'INV-2026-00001'"))
    assert all(log[one["entry"]] == one["sha256"] for one in data["log"])
    assert [(data["sha256"],)] == stored
    [file] = data["files"]
    assert (issued.folder / "ledger" / "files" / file["sha256"][:2] / file["sha256"]).is_file()


def test_terms_that_changed_since_are_quoted_as_they_were(issued: Shell) -> None:
    before = told(issued, "INV-2026-00001")["lines"]
    [terms] = issued.folder.glob("contracts/*.terms")
    terms.write_text("# a line more\n" + terms.read_text("utf-8"), "utf-8")
    assert told(issued, "INV-2026-00001")["lines"] == before


def test_a_content_that_was_changed_is_not_quoted(issued: Shell) -> None:
    kept = {one["name"]: one["sha256"] for one in told(issued, "INV-2026-00001")["contents"]}
    [terms] = [name for name in kept if name.startswith("terms:contracts/")]
    with closing(sqlite3.connect(issued.folder / "ledger" / "invoicer.db")) as database, database:
        database.execute("UPDATE contents SET data = CAST('nothing' AS BLOB) WHERE sha256 = ?", (kept[terms],))
    data = told(issued, "INV-2026-00001")
    assert [one["name"] for one in data["contents"] if one["bytes"] is None] == [terms]
    assert any(clause["as_hashed"] is None for line in data["lines"] for clause in line["clauses"])
    assert "not kept as it was" in issued("explain", "INV-2026-00001").stdout


def test_a_draft_is_explained_like_a_document(starter: Shell) -> None:
    starter("plan", "--as-of", "2026-01-01")
    draft = told(starter, "--draft", "1")
    assert (draft["number"], draft["planned"]["status"], draft["log"][0]["kind"]) == (None, "planned", "planned")
    starter("confirm", "--remark", "checked", *BY)
    starter("issue", "--on", "2026-01-01", *BY)
    document = told(starter, "INV-2026-00001")
    for one in (*draft["lines"], *document["lines"]):
        one.pop("rest")
    assert draft["lines"] == document["lines"]
    assert draft["contents"] == document["contents"]
    assert starter("explain", "--plan", "1", "1").stdout.startswith("Draft of an invoice to ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("INV-2026-00009",), "L140"),
        (("INV-2026-00001", "99"), "L205"),
        (("--draft", "7"), "L122"),
        (("--plan", "9", "1"), "L120"),
        (("--draft", "INV-2026-00001"), "no position of a draft"),
    ],
)
def test_what_is_not_there_is_refused(words: tuple[str, ...], said: str, issued: Shell) -> None:
    done = issued("explain", *words)
    assert done.exit_code and said in done.output


def test_billed_lines_that_are_gone_are_told(issued: Shell) -> None:
    with closing(sqlite3.connect(issued.folder / "ledger" / "invoicer.db")) as connection, connection:
        connection.execute("DELETE FROM billed WHERE document = 'INV-2026-00001' AND line IN (1, 2)")
    done = issued("explain", "INV-2026-00001", "3")
    assert done.exit_code == 1
    assert "[L114] document INV-2026-00001: billed line 1, 2 of INV-2026-00001 is gone" in done.stderr
    assert "backup" in done.stderr


def test_a_plan_that_is_gone_is_told(issued: Shell) -> None:
    with closing(sqlite3.connect(issued.folder / "ledger" / "invoicer.db")) as connection, connection:
        connection.execute("DELETE FROM plans WHERE id = 1")
    done = issued("explain", "INV-2026-00001")
    assert done.exit_code == 1
    assert "[L117] plan 1: plan 1 was made, and is gone" in done.stderr


class Tags(HTMLParser):
    """The tags of a page, those that stay open, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {name for name, _ in attrs if name in ("src", "href") or name.startswith("on")}
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_the_page_stands_alone_and_runs_nothing(issued: Shell) -> None:
    done = issued("explain", "INV-2026-00001", "--format", "html")
    assert done.exit_code == 0
    page = Tags()
    page.feed(done.stdout)
    assert not page.open
    assert not {"script", "link", "img", "iframe"} & page.tags
    said = "".join(page.said)
    assert NASTY in said
    for words in (
        "Invoice INV-2026-00001",
        "Left of this line",
        "CN-2026-00001",
        "first-invoice",
        "Bert",
        "In the log",
    ):
        assert words in said
    assert "http" not in done.stdout.replace("https://", "")


def test_a_draft_has_a_page(starter: Shell) -> None:
    starter("plan", "--as-of", "2026-01-01")
    assert "<h1>Draft 1 of plan 1</h1>" in starter("explain", "--draft", "1", "--format", "html").stdout


def test_the_entry_of_the_issue_has_its_day(issued: Shell) -> None:
    log = json.loads(issued("explain", "INV-2026-00001", "--json").output)["log"]
    assert [entry["on"] for entry in log if entry["kind"] == "issued"] == ["2026-01-01"]


def test_a_customer_in_place_of_a_contract_is_told(issued: Shell) -> None:
    assert "`invoicer schedule --to MONTH --customer acme`" in issued("schedule", "acme").output.replace("\n", " ")


def test_amounts_are_written_alike_in_words_and_on_the_page(starter: Shell) -> None:
    terms = """contract big "Big"
  seller my-company
  customer acme
  currency EUR
  agreed 2025-12-12
  term open from 2026-01-01
  bill monthly in advance on day 1
  pay within 30 days
  supply hosting

charge fee "Fee"
  4 500.00 EUR per month
"""
    starter.write("contracts/big.terms", terms)
    assert starter("plan", "--as-of", "2026-01-01").exit_code == 0
    for words in ((), ("--format", "html")):
        shown = starter("explain", "--draft", "2", *words).stdout.replace("4 500.00 EUR per month", "")
        assert "4500.00" in shown and "4 500" not in shown, words

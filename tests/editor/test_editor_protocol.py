"""The language server as an editor meets it: a program that is started, spoken to, and told goodbye."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from invoicer import workspace
from tests.editor.client import PATIENCE, START, Editor

pytestmark = pytest.mark.xdist_group("editor")
SNIPPETS = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
TERMS = """contract new "Neu 😀"
  uses hosting-prices version 3
  seller hosting-nl
  customer twelve-raccoons
  currency EUR
  agreed 2026-01-01
  term open from 2026-01-01
  bill monthly in advance on day 1
  pay within 30 days
  supply electronic-service

charge fee "Grundgebühr 😀😀"
  100.00 EUR per month
  from 2026-06-01 120.00 EUR per month

charge seats as in hosting-prices
  quantity 5 seats

amendment 1 from 2026-02-01 agreed 2026-01-20 "More"
  change seats quantity to 8 seats
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example workspace."""
    folder = tmp_path_factory.mktemp("editor") / "ws ü"
    workspace.copy_example("hosting", folder)
    return folder


@pytest.fixture(scope="module")
def editor(folder: Path) -> Iterator[Editor]:
    """One editor for the questions of this page, each about a text of its own."""
    with Editor(folder, capabilities=SNIPPETS) as started:
        yield started


@pytest.fixture
def new(folder: Path, editor: Editor, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a file that is not saved yet; closed after the test, for an open text is part of the workspace."""
    uri = (folder / "contracts" / f"{request.node.name}.terms").as_uri()
    yield uri
    editor.close(uri)


def words(answer: dict[str, Any]) -> list[str]:
    """What completion offers, in the order in which it is shown."""
    return [item["label"] for item in sorted(answer["items"], key=lambda item: item["sortText"])]


# ------------------------------------------------------------------ problems


def test_every_file_of_the_example_is_sound(editor: Editor, folder: Path) -> None:
    paths = sorted(folder.rglob("*.terms"))
    assert len(paths) > 30
    for path in paths:
        editor.open(path)
    errors = {path.name: [d for d in editor.told(path.as_uri(), 1) if d["severity"] == 1] for path in paths}
    assert not any(errors.values()), errors
    for path in paths:
        editor.close(path.as_uri())


def test_a_problem_has_place_code_severity_cause_and_mend(editor: Editor, new: str) -> None:
    editor.open(new, TERMS.replace("twelve-raccoons", "twelve-racoons"))
    (found,) = editor.told(new, 1)
    assert found["range"] == {"start": {"line": 3, "character": 11}, "end": {"line": 3, "character": 25}}
    assert (found["code"], found["severity"], found["source"]) == ("C008", 1, "invoicer")
    assert found["message"] == (
        "there is no customer `twelve-racoons` in customers.csv\ndid you mean `twelve-raccoons`?"
    )


def test_changes_of_a_range_and_of_the_whole_text_count(editor: Editor, new: str) -> None:
    editor.open(new, TERMS)
    assert not editor.told(new, 1)
    at = {"start": {"line": 3, "character": 11}, "end": {"line": 3, "character": 17}}
    editor.change(new, 2, {"range": at, "text": "zwelve"})
    assert [found["code"] for found in editor.told(new, 2)] == ["C008"]
    editor.change(new, 3, {"text": TERMS})
    assert not editor.told(new, 3)


def test_positions_after_an_emoji_are_counted_as_the_editor_does(editor: Editor, new: str) -> None:
    editor.open(new, TERMS)
    after = len('charge fee "Grundgebühr 😀😀"'.encode("utf-16-le")) // 2
    at = {"line": 11, "character": after}
    editor.change(new, 2, {"range": {"start": at, "end": at}, "text": " as in nowhere"})
    (found,) = editor.told(new, 2)
    assert found["range"] == {
        "start": {"line": 11, "character": after + 7},
        "end": {"line": 11, "character": after + 14},
    }
    assert editor.ask("hover", new, 11, after + 2)["contents"]["value"].startswith("**as**")


def test_fast_typing_ends_in_the_last_text(editor: Editor, new: str) -> None:
    editor.open(new, "")
    for number, character in enumerate(TERMS, 2):
        *before, line = TERMS[: number - 2].split("\n")
        at = {"line": len(before), "character": len(line.encode("utf-16-le")) // 2}
        editor.change(new, number, {"range": {"start": at, "end": at}, "text": character})
    assert not editor.told(new, len(TERMS) + 1)


def test_a_change_of_an_unsaved_price_list_reaches_the_contract(editor: Editor, folder: Path, new: str) -> None:
    prices = (folder / "price-lists" / "unsaved.terms").as_uri()
    text = TERMS.replace("uses hosting-prices version 3", "uses fresh-prices version 1").replace(
        "hosting-prices", "fresh-prices"
    )
    editor.open(new, text)
    assert "C006" in [found["code"] for found in editor.told(new, 1)]
    listed = 'price-list fresh-prices "Fresh"\n  version 1\n  currency EUR\n  agreed 2025-10-01\n'
    listed += '  supply electronic-service\n  bill monthly in advance on day 1\n\ncharge seats "Seats"\n'
    editor.open(prices, listed + "  12.00 EUR per seat per month\n")
    editor.wait(lambda: editor.diagnostics[new][1] == [])
    editor.change(prices, 2, {"text": listed + "  12.00 EUR per room per month\n"})
    editor.wait(lambda: [found["code"] for found in editor.diagnostics[new][1]] == ["C012", "C012"])
    related = editor.diagnostics[new][1][0]["relatedInformation"][0]["location"]
    assert (related["uri"], related["range"]["start"]["line"]) == (prices, 8)
    editor.close(prices)
    editor.wait(lambda: "C006" in [found["code"] for found in editor.diagnostics[new][1]])


def test_a_contract_of_the_same_name_elsewhere_is_related(editor: Editor, new: str) -> None:
    editor.open(new, TERMS.replace("contract new", "contract raccoons-cluster"))
    (found,) = editor.told(new, 1)
    (related,) = found["relatedInformation"]
    assert found["code"] == "C003"
    assert related["location"]["uri"].endswith("/contracts/twelve-raccoons.terms")


# ------------------------------------------------------------------ questions


def test_completion_offers_what_the_parser_accepts_and_the_names_that_fit(editor: Editor, new: str) -> None:
    text = TERMS + '\ndiscount d "D"\n  20% off \n\ncharge api\n  usage of \n'
    editor.open(new, text)
    rows = text.split("\n")
    off = words(editor.ask("completion", new, rows.index("  20% off "), 10))
    assert off == ["fee", "seats", "api", "everything"]
    assert "api-calls" in words(editor.ask("completion", new, rows.index("  usage of "), 11))
    assert "hosting-prices version 3" in words(editor.ask("completion", new, 1, 7))
    assert "twelve-raccoons" in words(editor.ask("completion", new, 3, 11))
    (first, *_) = editor.ask("completion", new, 3, 14)["items"]
    assert first["textEdit"]["range"] == {"start": {"line": 3, "character": 11}, "end": {"line": 3, "character": 14}}
    blocks = {item["label"]: item for item in editor.ask("completion", new, 10, 0)["items"]}
    assert blocks["charge …"]["insertTextFormat"] == 2
    assert blocks["charge …"]["textEdit"]["newText"].startswith("charge ${1:fee}")


def test_hover_tells_the_meaning_of_a_word_and_the_value_of_a_name(editor: Editor, new: str) -> None:
    editor.open(new, TERMS)

    def hover(line: int, character: int) -> str:
        return str(editor.ask("hover", new, line, character)["contents"]["value"])

    assert hover(7, 3).startswith("**bill**: How often")
    assert hover(19, 10).splitlines()[:5] == [
        "**charge seats** Console seats",
        "",
        "On 2026-03-15:",
        "* price: `9.50 EUR per seat per month`",
        "* billing: `bill monthly in advance on day 1`",
    ]
    assert "* quantity: `change seats quantity to 8 seats` (amendment 1)" in hover(19, 10)
    assert "* price from 2026-06-01: `from 2026-06-01 120.00 EUR per month`" in hover(11, 8)
    assert "Twelve Raccoons Inc." in hover(3, 12)
    assert hover(5, 12) == "**2026-01-01** is a Thursday; 73 days ago."
    assert editor.ask("hover", new, 10, 0) is None


def test_definitions_are_in_terms_price_lists_customers_and_settings(editor: Editor, folder: Path, new: str) -> None:
    editor.open(new, TERMS)

    def definition(line: int, character: int) -> list[tuple[str, str]]:
        found = []
        for one in editor.ask("definition", new, line, character):
            path = folder / unquote(one["uri"]).partition("/ws ü/")[2]
            rows = TERMS if one["uri"] == new else path.read_text("utf-8-sig")
            found.append((path.name, rows.split("\n")[one["range"]["start"]["line"]].strip()))
        return found

    own = unquote(new).rpartition("/")[2]
    assert definition(19, 10) == [(own, "charge seats as in hosting-prices")]
    assert definition(15, 8) == [("hosting-2026.terms", 'charge seats "Console seats"'), (own, TERMS.split("\n")[15])]
    assert definition(1, 9) == [("hosting-2026.terms", 'price-list hosting-prices "Hosting prices 2026"')]
    assert definition(1, 30) == [("hosting-2026.terms", "version 3")]
    assert definition(2, 12) == [("invoicer.toml", "[sellers.hosting-nl]")]
    ((file, row),) = definition(3, 12)
    assert (file, row.split(";")[0]) == ("customers.csv", "twelve-raccoons")
    ((file, row),) = definition(9, 12)
    assert (file, row.split("#")[0].strip()) == ("invoicer.toml", 'electronic-service = "electronic-service"')


def test_references_and_outline(editor: Editor, new: str) -> None:
    editor.open(new, TERMS)
    seats = editor.ask("references", new, 15, 8, context={"includeDeclaration": True})
    assert {"uri": new, "range": {"start": {"line": 19, "character": 9}, "end": {"line": 19, "character": 14}}} in seats
    assert any("price-lists" in one["uri"] for one in seats)
    (outline,) = editor.request("textDocument/documentSymbol", {"textDocument": {"uri": new}})
    assert (outline["name"], outline["detail"]) == ("contract new", "Neu 😀")
    assert [part["name"] for part in outline["children"]] == ["charge fee", "charge seats", "amendment 1"]
    (change,) = outline["children"][2]["children"]
    assert change["name"] == "change seats quantity to 8 seats"


def test_formatting_gives_the_edits_that_lead_to_the_one_layout(editor: Editor, new: str) -> None:
    untidy = (
        TERMS.replace("  seller hosting-nl", "seller     hosting-nl # 😀").replace("100.00 EUR", "100.00  EUR").rstrip()
    )
    editor.open(new, untidy)
    asked = {"textDocument": {"uri": new}, "options": {"tabSize": 2, "insertSpaces": True}}
    edits = editor.request("textDocument/formatting", asked)
    assert len(edits) >= 2
    editor.change(new, 2, *({"range": edit["range"], "text": edit["newText"]} for edit in reversed(edits)))
    assert not editor.told(new, 2)
    assert editor.request("textDocument/formatting", asked) == []
    editor.change(new, 3, {"text": TERMS.replace("currency EUR", "curency EUR")})
    assert editor.request("textDocument/formatting", asked) is None
    assert editor.messages[-1].startswith("Not formatted, for line 5 can't be read: ")


# ------------------------------------------------------------------ wrong input


def test_what_makes_no_sense_is_answered_and_nothing_ends(folder: Path) -> None:
    uri = (folder / "contracts" / "wrong.terms").as_uri()
    with Editor(folder, complains=True) as editor:
        assert "error" in editor.raw_request("textDocument/nonsense", {})
        editor.notify("textDocument/didOpen", {"textDocument": 7})
        editor.wait(lambda: editor.messages == ["Error in server: Invalid Params"])
        editor.send_bytes(b'{"jsonrpc": "2.0", "id": 77, ')
        editor.wait(lambda: len(editor.messages) == 2)
        editor.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 9}, "contentChanges": []})
        assert editor.ask("hover", uri, 0, 0) is None  # not open
        editor.open(uri, TERMS)
        for line, character in ((0, 10_000), (10_000, 0), (10_000, 10_000)):
            editor.ask("hover", uri, line, character)
            editor.ask("completion", uri, line, character)
        far = {"start": {"line": 4000, "character": 7}, "end": {"line": 5000, "character": 9}}
        editor.change(uri, 2, {"range": far, "text": "  blah\n"})
        assert [found["code"] for found in editor.told(uri, 2)] == ["T003"]
        editor.change(uri, 3, {"text": TERMS.replace("100.00", "100\x00.00")})
        assert [found["code"] for found in editor.told(uri, 3)] == ["T015"]


def test_terms_are_checked_while_settings_and_customers_are_broken(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    workspace.copy_example("hosting", folder)
    settings, customers = folder / "invoicer.toml", folder / "customers.csv"
    sound = settings.read_text("utf-8")
    settings.write_text(sound.replace("[supply]", "[supply"), "utf-8")
    rows = customers.read_text("utf-8-sig")
    customers.write_text(rows.replace(";business;", ";busines;", 1), "utf-8")
    with Editor(folder, capabilities=WATCHING) as editor:
        uri = editor.open(
            folder / "contracts" / "new.terms", TERMS.replace("100.00 EUR per month", "100.00 EUR pe month")
        )
        assert [found["code"] for found in editor.told(uri, 1)] == ["T001"]
        assert [found["code"] for found in editor.told(settings.as_uri(), None)] == ["W001"]
        assert editor.told(customers.as_uri(), None)[0]["code"] == "W105"
        settings.write_text(sound, "utf-8")
        changed = {"changes": [{"uri": settings.as_uri(), "type": 2}]}
        editor.notify("workspace/didChangeWatchedFiles", changed)
        editor.wait(lambda: editor.diagnostics[settings.as_uri()][1] == [])
        assert [message["method"] for message in editor.asked] == ["client/registerCapability"]


def test_a_file_outside_of_a_workspace_has_its_neighbours_and_no_parties(tmp_path: Path) -> None:
    prices = tmp_path / "prices.terms"
    prices.write_text(
        "price-list hosting-prices\n  version 3\n  currency EUR\n  agreed 2025-10-01\n  supply electronic-service\n"
        "  bill monthly in advance on day 1\n\ncharge seats\n  12.00 EUR per seat per month\n",
        "utf-8",
    )
    with Editor(None, capabilities={"general": {"positionEncodings": ["utf-8"]}}) as editor:
        assert editor.server["capabilities"]["positionEncoding"] == "utf-8"
        uri = editor.open(tmp_path / "a.terms", TERMS)
        assert not editor.told(uri, 1)
        untitled = editor.open("untitled:Untitled-1", 'contract x "😀" as\n')
        (first, *_) = editor.told(untitled, 1)
        assert first["range"]["start"] == {"line": 0, "character": len('contract x "😀" '.encode())}
        assert {"seller", "customer", "charge"} <= set(words(editor.ask("completion", untitled, 1, 0)))


def test_an_editor_that_is_gone_takes_the_server_with_it() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", START, "lsp"], input=b"", capture_output=True, timeout=PATIENCE, env=environment
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

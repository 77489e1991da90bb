"""What the server answers, asked of the pages that answer it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from invoicer.editor.buffers import Buffer
from invoicer.editor.complete import complete
from invoicer.editor.find import definition, references
from invoicer.editor.hover import hover
from invoicer.editor.layout import edits
from invoicer.editor.outline import symbol
from invoicer.editor.positions import Lines
from invoicer.editor.shelf import Shelves
from invoicer.editor.snippets import SNIPPETS, filled
from invoicer.editor.view import View
from invoicer.language.cursor import cursor, keywords
from invoicer.language.mentions import syntax
from invoicer.language.parse import parse
from tests.editor.shelves import CONTRACT, FILES, PRICES, after, on_disk, opened
from tests.language.test_language_glossary import PLACES

TODAY = dt.date(2026, 3, 15)
GOOD = sorted((Path(__file__).resolve().parents[1] / "language" / "good").glob("*.terms"))
CHARGE = CONTRACT.index("charge fee")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small workspace."""
    return on_disk(tmp_path, FILES)


def offered(folder: Path, text: str, *, snippets: bool = True) -> dict[str, str]:
    """What completion offers at the end of a text, each with what it would insert."""
    view = opened(folder, "contracts/acme.terms", text)
    position = Lines(text).position(text.count("\n") + 1, len(text) + 1)
    items = complete(view, Lines(text), position, TODAY, snippets=snippets)
    return {item.label: item.text_edit.new_text for item in items if item.text_edit}


def shown(folder: Path, text: str, words: str, skipped: int = 0, today: dt.date = TODAY) -> str:
    """What is shown beside the last letter of some words."""
    view = opened(folder, "contracts/acme.terms", text)
    found = hover(view, Lines(text), after(text, words, skipped), today)
    return found.contents.value if found else ""  # type: ignore[union-attr]


# ------------------------------------------------------------------ completion


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_every_word_of_good_terms_is_offered_where_it_stands(path: Path) -> None:
    text = path.read_text("utf-8")
    words = keywords()
    checked = 0
    for token in syntax(path.name, text).words:
        if token.type in words:
            here = cursor(text[: token.start_pos])
            assert here is not None, token
            assert str(token) in [phrase[0] for phrase in here.phrases], (token.line, token)
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("contract ", {"acme"}),
        ("contract x\n  customer ", {"acme", "jansen", "bad"}),
        ('contract x\n  customer "', {"acme", "jansen", "bad"}),
        ("contract x\n  seller w", {"we"}),
        ("contract x\n  supply ", {"electronic-service", "consulting"}),
        ("contract x\n  uses ", {"prices version 3"}),
        ("contract x\n  uses prices version ", {"3"}),
        ("contract x\n  uses other version ", set()),
        (CONTRACT[:CHARGE] + "charge ", {"seats as in prices"}),
        (CONTRACT[:CHARGE] + "charge x as in ", {"prices"}),
        (CONTRACT[:CHARGE] + "charge x\n  usage of ", {"calls"}),
        (CONTRACT + "  stop ", {"fee", "seats", "api", "launch"}),
        (CONTRACT + "  change ", {"fee", "seats", "api", "billing to bill", "payment to pay", "customer to"}),
        (CONTRACT + "  change customer to ", {"acme", "jansen", "bad"}),
        (CONTRACT + "\namendment ", {"2"}),
        (CONTRACT + "\namendment 2 from 2026-07-01 agreed ", {"2026-03-15", "2026-04-01", "2027-01-01"}),
        (CONTRACT + "\namendment 2 from 2026-07-01 agreed 2026-06-01\n  supersedes ", {"1"}),
        (CONTRACT[:CHARGE] + "charge x\n  1.00 EUR per month when customer.kind is ", {"business", "consumer", "not"}),
        (CONTRACT[:CHARGE] + "charge x # customer ", set()),
        (CONTRACT[:CHARGE] + 'charge x "customer ', set()),
        (CONTRACT[:CHARGE] + "charge x\n  this is nothing ", set()),
    ],
)
def test_completion_offers_what_fits_and_nothing_else(folder: Path, end: str, expected: set[str]) -> None:
    assert set(offered(folder, end)) == expected


def test_completion_in_wide_choices(folder: Path) -> None:
    amount = offered(folder, CONTRACT[:CHARGE] + "charge x\n  5.00 ")
    assert {"EUR", "USD"} <= set(amount)
    country = offered(folder, CONTRACT[:CHARGE] + "premium x\n  risk in ")
    assert {"NL", "EE"} <= set(country)
    assert {"target2", "NL"} <= set(offered(folder, "contract x\n  pay within 5 business-days of "))
    assert {"seat", "seats", "month"} <= set(offered(folder, CONTRACT + "\ncharge x\n  5.00 EUR per "))
    assert "calls" in offered(folder, CONTRACT[:CHARGE] + "meter m\n  sum of ")
    assert {"purchase order", "usage of"} & set(offered(folder, "contract x\n  "))
    conditions = offered(folder, CONTRACT[:CHARGE] + "charge x\n  1.00 EUR per month when ")
    assert {"quantity", "customer.country", "customer.kind", "not"} <= set(conditions)


def test_warnings_of_the_text_are_offered_first_for_acknowledgement(folder: Path) -> None:
    text = CONTRACT.replace("agreed 2026-01-20", "agreed 2026-03-20")
    text = text.replace("  change seats", "  acknowledge \n  change seats")
    view = opened(folder, "contracts/acme.terms", text)
    items = complete(view, Lines(text), after(text, "acknowledge "), TODAY, snippets=True)
    assert min(items, key=lambda item: item.sort_text or "").label == "C025"


def test_a_block_has_places_to_fill_in_where_the_editor_knows_how(folder: Path) -> None:
    assert offered(folder, CONTRACT)["charge …"].startswith('charge ${1:fee} "${2:Fee}"\n')
    assert offered(folder, CONTRACT, snippets=False)["charge …"].startswith('charge fee "Fee"\n')
    assert "agreed 2026-03-15" in offered(folder, "", snippets=False)["contract …"]


@pytest.mark.parametrize("word", SNIPPETS)
def test_a_block_can_be_read_as_it_is_filled_in(word: str) -> None:
    block = filled(SNIPPETS[word]).replace("TODAY", "2026-03-15")
    assert block.startswith(f"{word} ")
    assert any(not parse("x.terms", before.rstrip(" ") + block).problems for before in PLACES.values())


# ------------------------------------------------------------------ hover


def test_a_charge_shows_what_counts_today_and_what_comes_next(folder: Path) -> None:
    assert shown(folder, CONTRACT, "change seats").splitlines() == [
        "**charge seats** Seats",
        "",
        "On 2026-03-15:",
        "* price: `12.00 EUR per seat per month`",
        "* billing: `bill monthly in advance on day 1`",
        "* quantity: `change seats quantity to 8 seats` (amendment 1)",
    ]
    assert shown(folder, CONTRACT, "change seats", today=dt.date(2026, 1, 25)).splitlines()[-2:] == [
        "* quantity: `5 seats`",
        "* quantity from 2026-02-01: `change seats quantity to 8 seats` (amendment 1)",
    ]
    assert "(amendment 1)" not in shown(folder, CONTRACT, "change seats", today=dt.date(2026, 1, 19))
    assert "* price from 2026-06-01: `from 2026-06-01 120.00 EUR per month`" in shown(folder, CONTRACT, "charge fee")
    assert "Not in service yet on 2025-12-20" in shown(folder, CONTRACT, "charge fee", today=dt.date(2025, 12, 20))
    assert "up to 1 000: free" in shown(folder, CONTRACT, "charge api")


def test_a_charge_that_ends_says_when(folder: Path) -> None:
    text = CONTRACT + "\namendment 2 from 2026-05-01 agreed 2026-03-01\n  stop fee\n    refund unused\n"
    assert shown(folder, text, "stop fee").splitlines()[-1] == "* ends on 2026-04-30 (amendment 2)"
    assert "it ended on 2026-04-30" in shown(folder, text, "stop fee", today=dt.date(2026, 5, 1))


def test_an_indexed_price_shows_what_indexation_makes_of_it(folder: Path) -> None:
    text = CONTRACT.replace("  from 2026-06-01 120.00 EUR per month\n", "").replace(
        "amendment 1",
        'indexation cpi\n  raises fee with "CPI"\n  base 2024-12\n  every year from 2026-02-01\n\namendment 1',
    )
    on_disk(folder, {"indices/CPI.csv": "month,value,published\n2024-12,100.00,2025-01-15\n"})
    assert "* indexed from 2026-02-01: waits for CPI of 2025-12" in shown(folder, text, "charge fee")
    on_disk(
        folder, {"indices/CPI.csv": "month,value,published\n2024-12,100.00,2025-01-15\n2025-12,103.20,2026-01-15\n"}
    )
    assert "* indexed from 2026-02-01: 100.00 EUR is 103.20 EUR" in shown(folder, text, "charge fee")
    assert "newest on 2026-03-15: 103.2 for 2025-12, published 2026-01-15" in shown(folder, text, '"CPI')
    assert "raises fee" in shown(folder, text, "indexation cpi")


def test_terms_with_an_error_show_what_is_written(folder: Path) -> None:
    text = CONTRACT.replace("currency EUR", "currency XXQ")
    assert shown(folder, text, "charge fee").splitlines()[-5:] == [
        "```terms",
        'charge fee "Fee"',
        "  100.00 EUR per month",
        "  from 2026-06-01 120.00 EUR per month",
        "```",
    ]
    assert shown(folder, text, "contract acme-1").endswith("It has errors, so nothing is billed by it.")


@pytest.mark.parametrize(
    ("words", "today", "expected"),
    [
        ("customer acme", TODAY, "**Acme Group Ltd**, business in Netherlands"),
        ("customer acme", TODAY, "* VAT id NL007123401B01, confirmed 2026-01-05"),
        ("customer acme", dt.date(2026, 1, 31), "**Acme Ltd**, business in Netherlands"),
        ("customer acme", dt.date(2026, 1, 31), "* VAT id NL007123401B01, not confirmed"),
        ("seller we", TODAY, "**We B.V.**, Leiden, NL"),
        ("electronic-service", TODAY, "class `electronic-service`"),
        ("uses prices", TODAY, "  agreed 2025-10-01"),
        ("version 3", TODAY, "**price-list prices** Prices (price-lists/prices.terms)"),
        ("usage of calls", TODAY, "Measured for `api`."),
        ("discount launch", TODAY, "It counts from 2026-01-01 to 2026-06-30: today, 2026-03-15, as well."),
        ("discount launch", dt.date(2026, 7, 1), "no more on 2026-07-01"),
        ("amendment 1", TODAY, "Agreed 2026-01-20, from 2026-02-01: in force on 2026-03-15."),
        ("amendment 1", dt.date(2026, 1, 25), "not in force yet on 2026-01-25"),
        ("contract acme-1", TODAY, "EUR, agreed 2025-12-12, runs from 2026-01-01 without a fixed end."),
        ("term open from 2026-01-01", TODAY, "**2026-01-01** is a Thursday; 73 days ago."),
        ("agreed 2026-01-20", TODAY, "is a Tuesday; 54 days ago."),
        ("currency EUR", TODAY, "**EUR** Euro: amounts have 2 decimals."),
        ("graduated", TODAY, "**graduated**: Each unit at the price"),
        ("0.10 EUR each", TODAY, "**each**: For every unit."),
    ],
)
def test_hover_tells(folder: Path, words: str, today: dt.date, expected: str) -> None:
    assert expected in shown(folder, CONTRACT, words, today=today)


def test_a_customer_that_is_to_come_or_wrong_says_so(folder: Path) -> None:
    later = CONTRACT.replace("customer acme", "customer jansen")
    assert "Not known on 2026-03-15 yet; first valid from 2026-06-01." in shown(folder, later, "customer jansen")
    wrong = CONTRACT.replace("customer acme", "customer bad")
    assert "customers.csv:5, kind: “nothing” is unknown" in shown(folder, wrong, "customer bad")


def test_there_is_nothing_to_say_about_texts_comments_and_unknown_names(folder: Path) -> None:
    text = CONTRACT.replace("customer acme", "customer nobody # the customer")
    assert shown(folder, text, "customer nobody") == ""
    assert shown(folder, text, "# the customer") == ""
    assert shown(folder, text, '"Launch') == ""


def test_a_word_on_a_line_that_can_not_be_read_is_explained_all_the_same(folder: Path) -> None:
    text = CONTRACT.replace("bill monthly in advance on day 1", "bill monthli in advance on day 1 by", 1)
    assert shown(folder, text, "in advance", 0).startswith("**advance**")


# ------------------------------------------------------------------ places


def places(folder: Path, text: str, words: str, *, used: bool = False) -> list[tuple[str, int]]:
    """Where a name is given, or used: file and line."""
    view = opened(folder, "contracts/acme.terms", text)
    mention = view.syntax.at(*Lines(text).place(after(text, words)))
    assert mention, words
    if used:
        return [(where.file, where.line) for where in references(view, mention, given=True)]
    found = definition(view, mention)
    return [(where.file, where.line) for where in found.where] if found else []


OWN, LIST = "contracts/acme.terms", "price-lists/prices.terms"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("change seats", [(OWN, 16)]),
        ("charge seats", [(LIST, 8), (OWN, 16)]),
        ("off fee", [(OWN, 12)]),
        ("usage of calls", [(LIST, 11)]),
        ("uses prices", [(LIST, 1)]),
        ("as in prices", [(LIST, 1)]),
        ("version 3", [(LIST, 2)]),
        ("customer acme", [("customers.csv", 2), ("customers.csv", 3)]),
        ("seller we", [("invoicer.toml", 6)]),
        ("supply electronic-service", [("invoicer.toml", 4)]),
    ],
)
def test_definitions(folder: Path, words: str, expected: list[tuple[str, int]]) -> None:
    assert places(folder, CONTRACT, words) == expected


def test_references_mean_the_same_thing_and_not_only_the_same_name(folder: Path) -> None:
    other = CONTRACT.replace("acme-1", "acme-2").replace("customer acme", "customer jansen")
    alone = other.replace("acme-2", "acme-3").replace(" as in prices", "\n  2.00 EUR per seat per month")
    on_disk(folder, {"contracts/other.terms": other, "contracts/alone.terms": alone})
    assert places(folder, CONTRACT, "charge fee", used=True) == [(OWN, 12), (OWN, 27)]
    assert [file for file, _ in places(folder, CONTRACT, "customer acme", used=True)] == [
        OWN,
        "customers.csv",
        "customers.csv",
    ]
    seats = places(folder, CONTRACT, "charge seats", used=True)
    assert {file for file, _ in seats} == {OWN, "contracts/other.terms", LIST}
    calls = places(folder, CONTRACT, "usage of calls", used=True)
    assert {file for file, _ in calls} == {OWN, "contracts/other.terms", "contracts/alone.terms", LIST}


def test_names_that_are_given_nowhere_lead_nowhere(folder: Path) -> None:
    assert places(folder, CONTRACT.replace("off fee", "off fees"), "off fees") == []
    assert places(folder, CONTRACT.replace("off fee", "off fees"), "off fees", used=True) == []


def test_the_outline_nests_blocks_and_changes() -> None:
    text = PRICES + "\n" + CONTRACT
    found = [symbol(section, Lines(text)) for section in syntax("x.terms", text).sections]
    assert [(one.name, one.detail) for one in found] == [("price-list prices", "Prices"), ("contract acme-1", "Acme")]
    assert [one.name for one in found[0].children or ()] == ["charge seats", "meter calls"]
    last = (found[1].children or ())[-1]
    assert [one.name for one in last.children or ()] == ["change seats quantity to 8 seats"]
    for one in found:
        assert one.range.start <= one.selection_range.start <= one.selection_range.end <= one.range.end


# ------------------------------------------------------------------ layout


@pytest.mark.parametrize(
    "untidy",
    [
        CONTRACT.replace("  ", "\t", 6),
        CONTRACT.rstrip("\n"),
        CONTRACT + "\n\n\n",
        "\n\n" + CONTRACT.replace("EUR per", "EUR   per"),
        CONTRACT.replace("\n\ncharge", "\ncharge").replace('charge fee "Fee"', 'charge  fee "Fee" # 😀'),
        "",
    ],
)
def test_the_edits_lead_to_the_layout_in_whatever_order_they_are_made(untidy: str) -> None:
    lines = Lines(untidy)
    made = edits(untidy, lines, "x.terms")
    text = untidy
    for edit in reversed(made):
        text = text[: lines.offset(edit.range.start)] + edit.new_text + text[lines.offset(edit.range.end) :]
    assert edits(text, Lines(text), "x.terms") == []
    assert len(parse("x.terms", text).documents) == len(parse("x.terms", untidy).documents)


# ------------------------------------------------------------------ problems


def test_a_price_list_hears_of_what_is_wrong_only_in_contracts(folder: Path) -> None:
    """However many build on it: what concerns one contract only is found as well, later."""
    many = {f"contracts/{n}.terms": CONTRACT.replace("acme-1", f"c-{n:03}") for n in range(90)}
    on_disk(folder, many)
    wrong = PRICES.replace("12.00 EUR per seat per month", "12.00 EUR per seat per month when fee more than 3")
    view = opened(folder, "price-lists/prices.terms", wrong)
    told = list(view.problems())
    assert len(told) == 3
    assert {problem.where.file for problem in told[-1]} == {"price-lists/prices.terms"}
    assert set(told[0]) <= set(told[-1])


def test_what_is_open_counts_in_place_of_what_is_saved(folder: Path) -> None:
    path = folder / "price-lists" / "prices.terms"
    renamed = Buffer(path.as_uri(), path, PRICES.replace("charge seats", "charge rooms"), 1)
    assert not next(opened(folder, "contracts/acme.terms").problems())
    view = opened(folder, "contracts/acme.terms", None, renamed)
    assert [problem.code for problem in next(view.problems())] == ["C007"]


def test_files_that_can_not_be_read_stop_nothing(folder: Path) -> None:
    (folder / "contracts" / "latin.terms").write_bytes("contract ü".encode("latin-1"))
    (folder / "customers.csv").unlink()
    (folder / "invoicer.toml").write_text("[workspace", "utf-8")
    view = opened(folder, "contracts/acme.terms", CONTRACT.replace("customer acme", "customer whoever"))
    assert not next(view.problems())
    assert {problem.where.file for problem in view.shelf.problems} == {"invoicer.toml", "customers.csv"}
    assert view.shelf.entries["contracts/latin.terms"].problem is not None


def test_a_text_of_no_workspace_and_no_file_is_checked_by_itself() -> None:
    buffer = Buffer("untitled:1", None, CONTRACT, 1)
    shelf, name = Shelves().of(buffer, [buffer])
    assert [problem.code for problem in next(View(shelf, name).problems())] == ["C006", "C005"]

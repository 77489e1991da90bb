"""Laws of reading: the grammar has no ambiguity, nothing but problems comes out of any text, places are true."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark

from invoicer.domain.canonical import sha256, to_json
from invoicer.errors import Problem
from invoicer.language import Code, Loaded, grammar, load, render
from invoicer.language.checks.values import cases, compares, holds
from invoicer.language.convert import to_condition
from invoicer.language.parse import parse
from invoicer.language.words import same_unit
from tests.quickly import law

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "good").glob("*.terms")) + sorted((HERE / "bad").glob("*.terms"))
TEXTS = [path.read_text("utf-8") for path in SAMPLES]
WORDS = sorted(
    {word for text in TEXTS for word in text.split()} | {"€", '"', "“", "1.300", "-5", "\u00a0", "\r", "(", "\x0b"}
)


def test_the_grammar_is_lalr_without_any_conflict() -> None:
    """Lark judges the rules and, because interegular is installed, whether two terminals could match one text."""
    words = grammar.WholeWords()
    Lark(grammar.GRAMMAR.read_text("utf-8"), parser="lalr", lexer="contextual", strict=True, postlex=words)


def test_an_ambiguous_grammar_would_not_pass() -> None:
    with pytest.raises(Exception, match="Shift/Reduce conflict"):
        Lark('start: "if" start | "if" start "else" start | "x"', parser="lalr", strict=True)


def test_terminals_that_collide_would_not_pass() -> None:
    with pytest.raises(Exception, match=r"[Cc]ollision"):
        Lark("start: A | B\nA: /[a-c]+/\nB: /[c-d]+/", parser="lalr", lexer="basic", strict=True)


def sound(loaded: Loaded) -> None:
    """What holds of every text whatsoever."""
    for problem in loaded.problems:
        assert isinstance(problem, Problem)
        assert Code[problem.code].value.severity is problem.severity
        assert problem.cause and problem.mend
        where, lines = problem.where, loaded.texts[problem.where.file].split("\n")
        assert 1 <= where.line <= where.end_line <= len(lines) + 1
        assert 1 <= where.column <= len(lines[where.line - 1]) + 2 if where.line <= len(lines) else where.column == 1
        assert render(problem, loaded.texts)
    for refused in loaded.refused.values():
        assert refused and set(refused) <= set(loaded.problems)
    for contract in loaded.contracts:
        assert contract.id not in loaded.refused
        to_json(contract)


@law(50)
@given(st.text(max_size=300))
def test_any_text_gives_problems_and_nothing_else(text: str) -> None:
    sound(load([("a.terms", text)]))


@law(50)
@given(st.lists(st.sampled_from([*WORDS, "\n", "\n  ", "\n"]), max_size=60))
def test_any_words_give_problems_and_nothing_else(words: list[str]) -> None:
    sound(load([("a.terms", " ".join(words))]))


@law(80)
@given(st.integers(0, 2**32), st.sampled_from(TEXTS), st.integers(1, 6))
def test_any_damage_to_good_and_bad_terms_gives_problems_and_nothing_else(seed: int, text: str, times: int) -> None:
    chance = random.Random(seed)
    lines = text.split("\n")
    for _ in range(times):
        at = chance.randrange(len(lines))
        words = lines[at].split(" ")
        spot = chance.randrange(len(words))
        match chance.randrange(6):
            case 0:
                words[spot] = chance.choice(WORDS)
            case 1:
                words.insert(spot, chance.choice(WORDS))
            case 2:
                del words[spot]
            case 3:
                words = words[:spot]
            case 4:
                words = chance.choice(lines).split(" ")
            case _:
                words = []
        lines[at] = " ".join(words)
    sound(load([("a.terms", "\n".join(lines)), ("prices.terms", TEXTS[1])]))


@pytest.mark.parametrize(
    "piece",
    [
        *('"', "'", "“", "1", "9,", ",", "1 111 ", "1.111", "(", "not ", "a ", "a,", "€", "1€", ".", "-", "2026-", "%"),
        *(
            "\n",
            ",\n",
            "charge x\n",
            "contract x\n",
            "  12,5 EUR\n",
            "amendment 1\n",
            "charge x\n  1.00 EUR when not x\n",
        ),
    ],
)
def test_hostile_texts_of_any_length_come_to_an_end(piece: str) -> None:
    size = 200_000 if "\n" not in piece else 20_000
    for start in ("", "contract a\ncharge b\n  ", 'contract a\nmeter b\n  only x is "y" and '):
        sound(load([("a.terms", start + piece * (size // len(piece)))]))


@given(st.sampled_from(TEXTS))
def test_every_clause_has_the_hash_of_the_text_at_its_place(text: str) -> None:
    for contract in load([("a.terms", text), ("prices.terms", TEXTS[1])]).contracts:
        for charge in contract.charges:
            for entry in charge.price.entries:
                clause = entry.clause
                source = next(source for source in contract.sources if source.path == clause.file)
                lines = source.text.split("\n")[clause.line - 1 : clause.end_line]
                lines[-1] = lines[-1][: clause.end_column - 1]
                lines[0] = lines[0][clause.column - 1 :]
                assert clause.text_hash == sha256("\n".join(lines))


def test_reading_is_the_same_every_time() -> None:
    for text in TEXTS:
        assert load([("a.terms", text)]) == load([("a.terms", text)])


# ------------------------------------------------------------------ the parser's cache


def test_the_parser_is_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    build = grammar.parser.__wrapped__
    build()
    (kept,) = (tmp_path / "cache" / "invoicer").iterdir()
    before = kept.stat().st_mtime_ns
    assert build().parse("contract a\n") == grammar.parser().parse("contract a\n")
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"not a parser")
    assert build().parse("contract a\n")


def test_without_a_cache_folder_the_parser_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert grammar.parser.__wrapped__().parse("contract a\n")


# ------------------------------------------------------------------ conditions and words


@given(st.lists(st.tuples(st.sampled_from(["less than", "more than", "at least", "at most", "is", "is not"]),
                          st.integers(0, 30)), min_size=1, max_size=4), st.integers(0, 40), st.booleans())  # fmt: skip
def test_the_cases_that_are_tried_tell_apart_all_that_can_be(
    parts: list[tuple[str, int]], quantity: int, either: bool
) -> None:
    joined = (" or " if either else " and ").join(f"quantity {how} {number}" for how, number in parts)
    text = f"contract a\ndiscount d\n  when {joined}\n"
    (document,) = parse("a", text).documents
    condition = to_condition(document.blocks[0].lines[0].condition)  # type: ignore[attr-defined]
    tried = {tuple(holds(part, case) for part in compares(condition)) for case in cases([condition])}
    assert tuple(holds(part, {"quantity": quantity}) for part in compares(condition)) in tried  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("one", "other"), [("seat", "seats"), ("GB", "GB"), ("delivery", "deliveries"), ("box", "boxes")]
)
def test_singular_and_plural_are_one_unit(one: str, other: str) -> None:
    assert same_unit(one, other) and same_unit(other, one)
    assert not same_unit(one, "users")

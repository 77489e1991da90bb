"""Former ids of contracts: none that is in use, none for two."""

from __future__ import annotations

from invoicer import language
from tests.language.samples import KNOWN, heading

FEE = "\ncharge fee\n  10.00 EUR per month\n"


def found(*contracts: tuple[str, str]) -> list[str]:
    """What is said of contracts, each an id and what it was renamed from."""
    files = [
        (
            f"{name}.terms",
            heading(name, title=name).replace("\n", f"\n  renamed from {former}\n" if former else "\n", 1) + FEE,
        )
        for name, former in contracts
    ]
    return [f"{one.code} {one.where.file} {one.cause}" for one in language.load(files, **KNOWN).problems]


def test_a_former_id_is_known_to_the_contract() -> None:
    assert found(("b", "a")) == []
    text = heading("b").replace("\n", "\n  renamed from a, c\n", 1) + FEE
    [contract] = language.load([("b.terms", text)], **KNOWN).contracts
    assert contract.formerly == ("a", "c")


def test_a_former_id_that_is_in_use_is_refused() -> None:
    assert found(("a", ""), ("b", "a")) == ["C160 b.terms there is a contract `a` still, in a.terms:1"]
    assert found(("a", "b"), ("b", "a")) == [
        "C160 a.terms there is a contract `b` still, in b.terms:1",
        "C160 b.terms there is a contract `a` still, in a.terms:1",
    ]


def test_a_former_id_that_two_contracts_claim_is_refused_in_both() -> None:
    assert found(("b", "a"), ("c", "a")) == [
        "C161 b.terms the contract in c.terms:1 was renamed from `a` too",
        "C161 c.terms the contract in b.terms:1 was renamed from `a` too",
    ]


def test_the_new_word_is_a_name_wherever_a_name_stands() -> None:
    text = heading() + "\ncharge renamed\n  renamed from from\n  10.00 EUR per month\n"
    assert language.load([("a.terms", text)], **KNOWN).problems == ()

"""Contracts that wait packed come out as they were, and their cards say of them what they say of themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invoicer import language
from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Card, Contracts
from invoicer.domain.succession import Succession

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="module")
def loaded() -> language.Loaded:
    files = sorted(RULES.glob("*/*/*.terms"))
    assert len(files) > 30
    return language.load([(path.relative_to(RULES).as_posix(), path.read_text("utf-8")) for path in files])


def test_a_card_says_what_its_contract_says(loaded: language.Loaded) -> None:
    contracts = {one.id: one for one in loaded.contracts}
    assert len(contracts) == len(loaded.contracts) == len(loaded.contracts.cards) > 30
    assert list(contracts) == sorted(contracts)
    assert {name: Card.of(one) for name, one in contracts.items()} == loaded.contracts.cards
    assert {card.metered for card in loaded.contracts.cards.values()} == {True, False}


def test_a_card_says_what_the_terms_say() -> None:
    terms = """contract one-2026 "One"
  renamed from one-2025, one
  seller s
  customer first
  currency EUR
  agreed 2026-01-01
  supply hosting
  pay within 30 days
  term open from 2026-01-01
  continues north, south
  bill monthly in arrears on day 1

charge storage "Storage"
  renamed from disk
  usage of gigabytes
  1.00 EUR per GB

charge fee "Fee"
  renamed from base, rent
  10.00 EUR per month

meter gigabytes "Storage"
  max of gigabytes
  unit GB

input uptime "Uptime"
  unit percent
  stated per month

indexation costs "Costs"
  raises fee with "COSTS-2015"
  every year from 2027-01-01
  base 2025-10

service-credit sla "Availability credit"
  10% of fee when uptime less than 99

amendment 1 from 2026-03-01 agreed 2026-02-01
  change customer to second
"""
    [card] = language.load([("one.terms", terms)]).contracts.cards.values()
    assert (card.id, card.seller, card.customers) == ("one-2026", "s", ("first", "second"))
    assert [(one.path, one.text) for one in card.sources] == [("one.terms", terms)]
    assert (card.formerly, card.continues) == (("one-2025", "one"), ("north", "south"))
    assert sorted(card.renamed) == [("base", "fee"), ("disk", "storage"), ("rent", "fee")]
    assert (card.index_series, card.inputs, card.metered) == (("COSTS-2015",), ("uptime",), True)


def test_a_contract_is_taken_out_as_it_was_put_in(loaded: language.Loaded) -> None:
    there = {one.id: one for one in loaded.contracts}
    together = Contracts(map(Card.of, there.values()), there.__getitem__)
    assert together == loaded.contracts
    for one in together:
        assert loaded.contracts[one.id] == one == loaded.contracts.get(one.id)
        assert one in loaded.contracts
    assert loaded.contracts.get("nobody") is None
    with pytest.raises(KeyError):
        loaded.contracts["nobody"]


def test_the_last_few_are_at_hand_and_no_more(loaded: language.Loaded) -> None:
    """So going through all of them needs no more memory than going through some."""
    one, asked = next(iter(loaded.contracts)), list[str]()

    def unpack(name: str) -> Contract:
        asked.append(name)
        return replace(one, id=name)

    names = [f"c{count:03}" for count in range(200)]
    contracts = Contracts.packed([Card.of(replace(one, id=name)) for name in names], unpack)
    assert [each.id for each in contracts] == names == asked
    assert contracts["c199"] is contracts["c199"]
    assert asked == names
    assert contracts["c000"].id == "c000"
    assert asked == [*names, "c000"]


def test_a_part_of_them_has_those_that_are_asked_for(loaded: language.Loaded) -> None:
    first, *_, last = loaded.contracts.cards
    assert [one.id for one in loaded.contracts.only([last, "nobody", first])] == [first, last]
    assert loaded.contracts.only([first]) != loaded.contracts.only([last])


def test_succession_needs_only_those_that_continue_or_are_continued() -> None:
    terms = """contract {id} "{id}"
  seller s
  customer c
  currency EUR
  agreed 2026-01-01
  supply hosting
  pay within 30 days
  term open from 2026-{month}-01
  {more}bill monthly in advance on day 1

charge fee "Fee"
  10.00 EUR per month
"""
    more = {"south": "", "north": "", "whole": "continues north, gone\n  ", "apart": ""}
    texts = [
        (f"{name}.terms", terms.format(id=name, more=said, month="04" if said else "01")) for name, said in more.items()
    ]
    read = language.load(texts)
    assert not read.problems
    contracts = read.contracts
    assert list(contracts.linked().cards) == ["north", "whole"]
    assert set(Succession.of(contracts).heirs) == {"north", "gone"}

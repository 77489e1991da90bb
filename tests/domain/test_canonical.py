"""Canonical JSON is what Python's own module writes with sorted keys, and is read back as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicer.domain import canonical
from invoicer.errors import DefectError
from tests.quickly import law

WORDS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner)
)


@dataclass(frozen=True)
class Line:
    contract: str
    trace: str
    days: tuple[int, ...] = ()


@law(200)
@given(PLAIN)
def test_the_text_is_that_of_pythons_own_module(data: Any) -> None:
    text = canonical.text_of(data)
    assert text == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical.read(text) == data == canonical.read(text.encode())


@law(100)
@given(st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), PLAIN), st.sets(st.integers(0, 9)))
def test_an_object_is_put_together_of_its_members(data: dict[str, Any], left: set[int]) -> None:
    members = canonical.members_of(canonical.text_of(data).encode())
    assert {name: canonical.read(text) for name, text in members.items()} == data
    names = [name for at, name in enumerate(sorted(data)) if at not in left]
    kept, more = {name: members[name] for name in names}, {n: data[n] for n in data if n not in names}
    assert canonical.text_of(more | kept) == canonical.text_of(data)


def test_what_nobody_asks_for_is_left_unread() -> None:
    lines = [Line("a", "long", (1, 2)), Line("b", "longer")]
    text = canonical.to_json(lines).encode()
    read = canonical.reader(canonical.many(canonical.shape(Line, "contract", days=canonical.unread())))
    one, two = read(text)
    assert (one["contract"], two) == ("a", {"contract": "b"})
    assert canonical.text_of(one) == '{"contract":"a","days":[1,2]}'
    with pytest.raises(DefectError, match="Line has no dais"):
        canonical.shape(Line, "contract", "dais")


@pytest.mark.parametrize("text", ["", "{", "x", '{"a":1', "[1,]"])
def test_a_text_that_is_no_json_is_refused(text: str) -> None:
    for reader in (canonical.read, canonical.members_of):
        with pytest.raises(ValueError, match=r"."):
            reader(text.encode())

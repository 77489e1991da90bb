"""Documents of format 1 are proved from their JSON alone, and whatever is changed in one is found."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from invoicer import audit

DOCUMENT = json.loads((Path(__file__).parent / "format1.json").read_text("utf-8"))
"""An invoice as it was issued on the day on which format 1 was frozen. It never changes, whatever the program does."""


def test_an_issued_document_of_format_1_proves_itself() -> None:
    assert audit.faults(DOCUMENT) == ()


def numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the numbers that something follows from stand."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("result", "amount", "quantity", "unit_price", "percent", "price_base") and isinstance(
                value, str
            ):
                yield (*path, key)
            yield from numbers(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from numbers(value, (*path, index))


@pytest.mark.parametrize("text", ["1E9999999999", "1E+40000", "nan", "inf", "1_0", "١", " 1", "1/0", "", "0x1"])
def test_a_number_that_no_document_has_is_told_and_not_computed(text: str) -> None:
    changed = copy.deepcopy(DOCUMENT)
    changed["lines"][0]["net"]["amount"] = text
    (fault,) = audit.faults(changed)
    assert fault.cause.startswith("it is no document of format 1")


@pytest.mark.parametrize("places", [10**9, -1, "2"])
def test_a_rounding_to_endless_decimals_is_told_and_not_computed(places: Any) -> None:
    changed = copy.deepcopy(DOCUMENT)
    given = {"op": "given", "label": "net", "result": "1/3"}
    changed["lines"][0]["trace"] = {
        "op": "round", "label": "net", "result": "1/3", "operands": [given], "places": places, "rounding": "up"
    }  # fmt: skip
    (fault,) = audit.faults(changed)
    assert fault.cause.startswith("it is no document of format 1")


PROVED = [path for path in numbers(DOCUMENT) if "details" not in path]


@pytest.mark.parametrize("path", PROVED, ids=lambda path: ".".join(map(str, path)))
def test_a_changed_number_is_found(path: tuple[Any, ...]) -> None:
    changed = copy.deepcopy(DOCUMENT)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = "977.77"
    found = audit.faults(changed)
    assert found
    if path[0] == "lines":
        assert {fault.line for fault in found} & {path[1] + 1, 0}


def test_a_line_that_is_gone_doubled_or_swapped_is_found() -> None:
    lines = DOCUMENT["lines"]
    for others in (lines[1:], [*lines, lines[0]], [lines[1], lines[0], *lines[2:]]):
        assert audit.faults({**DOCUMENT, "lines": others})


@pytest.mark.parametrize("data", [{}, {"lines": 1}, {**DOCUMENT, "lines": [{}]}, {**DOCUMENT, "currency": None}])
def test_what_is_no_document_is_said_to_be_none(data: dict[str, Any]) -> None:
    [*_, last] = audit.faults(data)
    assert last.cause


def test_a_format_that_is_not_known_yet_is_said_to_be_so() -> None:
    [fault] = audit.faults({**DOCUMENT, "format": 7})
    assert fault.cause == "it is of format 7, and this version of invoicer can prove format 1"


def test_rounding_goes_by_its_rule() -> None:
    from fractions import Fraction

    from invoicer.audit.format1 import ROUNDINGS, rounded

    found = {rule: [rounded(Fraction(n, 2), 0, rule) for n in (1, 3, -1, -3)] for rule in ROUNDINGS}
    assert found == {"half-up": [1, 2, -1, -2], "half-even": [0, 2, 0, -2], "up": [1, 2, -1, -2], "down": [0, 1, 0, -1]}


def test_the_interpreter_needs_no_other_room() -> None:
    program = "import sys, invoicer.audit; print(*sorted(name for name in sys.modules if name.startswith('invoicer')))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["invoicer", "invoicer.audit", "invoicer.audit.fault", "invoicer.audit.format1"]

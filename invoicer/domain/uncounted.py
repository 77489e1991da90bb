"""domain: that nothing is counted any more. A percentage names what it is of; once the price is another one, there is no
quantity, unless one was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from invoicer.domain.timeline import Dated

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Stands among the quantities of a charge from the day on which nothing is counted."""


def counting(entry: Dated[T] | None) -> Dated[T] | None:
    """The entry of a quantity, if it is one; None where nothing is counted."""
    return None if entry is None or isinstance(entry.value, Uncounted) else entry

"""language: trees, problems and contracts as bytes, for the cache.

They are pickles, for nothing else is as fast; so they are read from the user's own folder only (:mod:`folder`), behind a
hash that shows what was damaged, and nothing can be made of them but the values that are kept. Objects are made field by
field, without the checks of their classes: they were checked when they were made first.
"""

from __future__ import annotations

import datetime as dt
import io
import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from invoicer.domain.contract import Source

T = TypeVar("T")
OWN = ("invoicer.domain.", "invoicer.errors", "invoicer.language.")
OTHERS: dict[tuple[str, str], Callable[..., Any]] = {
    ("datetime", "date"): dt.date,
    ("decimal", "Decimal"): Decimal,
    ("fractions", "Fraction"): Fraction,
}


def to_bytes(value: object) -> bytes:
    """The value in bytes; sources only by their names. Raises PicklingError for what can't be kept."""
    buffer = io.BytesIO()
    _Packer(buffer, protocol=5).dump(value)
    return buffer.getvalue()


def from_bytes(data: bytes, kind: type[T], source: Callable[[str], Source] | None = None) -> T | None:
    """What :func:`to_bytes` made of a value of that kind; None where that can't be read. ``source`` gives files by name."""
    try:
        value = _Unpacker(data, source).load()
    except Exception:  # whatever is wrong with it: it is made anew
        return None
    return value if isinstance(value, kind) else None


class _Packer(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        return value.path if type(value) is Source else None

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is Fraction:
            return Fraction, (value.numerator, value.denominator)
        if isinstance(
            value, Enum
        ):  # some versions of Python name its member instead, with a function that is nothing to keep
            return kind, (value.value,)
        if isinstance(value, type) or not is_dataclass(kind):
            return NotImplemented
        return kind, tuple([getattr(value, name) for name in _names(kind)])


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: bytes, source: Callable[[str], Source] | None) -> None:
        super().__init__(io.BytesIO(data))
        self._source = source

    def persistent_load(self, path: Any) -> Source:
        if self._source is None:
            raise pickle.UnpicklingError("no source belongs here")
        return self._source(path)

    def find_class(self, module: str, name: str) -> Any:
        return _found(module, name)


@cache
def _found(module: str, name: str) -> Callable[..., Any]:
    """What makes the values that a pickle names; nothing else can be named."""
    if (module, name) in OTHERS:
        return OTHERS[module, name]
    kind = getattr(import_module(module), name) if module.startswith(OWN) and name.isidentifier() else None
    if isinstance(kind, type) and is_dataclass(kind):
        return _maker(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    raise pickle.UnpicklingError(f"{module}.{name} is nothing that is kept")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _maker(kind: type) -> Callable[..., Any]:
    """Makes an object of a dataclass from the values of its fields in order. Written out, as dataclasses write their own
    ``__init__``: a loop over the fields would take twice as long, and there are some hundred objects in a contract."""
    setters = {f"set{number}": getattr(kind, name).__set__ for number, name in enumerate(_names(kind))}
    known = {"new": object.__new__, "kind": kind, **setters}
    numbers = range(len(setters))
    lines = [f"def make({', '.join(f'value{n}' for n in numbers)}):", " made = new(kind)"]
    lines += [f" set{n}(made, value{n})" for n in numbers]
    exec("\n".join([*lines, " return made"]), known)
    make: Callable[..., Any] = known["make"]
    return make

"""domain: the one canonical JSON form, which is what is hashed, stored and rendered.

Keys are sorted, decimals and fractions are text, bytes are base64, dates are ISO, fields at their default are left out, and
nothing is padded with space: so equal values have equal bytes on every machine.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import GenericAlias
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar, get_origin

from invoicer.errors import DefectError

if TYPE_CHECKING:
    from cattrs import Converter
    from msgspec import Raw

T = TypeVar("T")


def to_data(value: Any) -> Any:
    """A dataclass of the domain as plain dicts, lists and texts."""
    return _converter().unstructure(value)


def from_data(kind: type[T], data: Any) -> T:
    """The dataclass that :func:`to_data` took apart."""
    return _converter().structure(data, kind)


def to_json(value: Any) -> str:
    """The canonical JSON text of a dataclass of the domain, or of plain data."""
    return text_of(to_data(value))


def text_of(data: Any) -> str:
    """The canonical JSON text of plain data, as :func:`to_data` makes it. What is :func:`members_of` a canonical text in it
    stays as it is written there."""
    return _json().encode(data).decode()


def read(text: str | bytes | Raw) -> Any:
    """The plain data of a JSON text. Raises ValueError where it is none."""
    return _json().read(text)


def members_of(text: bytes | Raw) -> Mapping[str, Raw]:
    """The members of an object in JSON, each as it is written there. Raises ValueError where it is none."""
    return _json().members(text)


def shape(kind: type, *names: str, **members: Any) -> Any:
    """How a dataclass looks in JSON, for :func:`reader`: anything under the ``names`` of its fields, and ``members`` that
    have a shape of their own. What has no name here is passed over."""
    data = {**dict.fromkeys(names, Any), **members}
    if strange := data.keys() - {one.name for one in fields(kind)}:
        raise DefectError(f"{kind.__name__} has no {', '.join(sorted(strange))}")
    make: Any = TypedDict
    return make(kind.__name__, data, total=False)


def many(shape: Any) -> Any:
    """A list of what has that shape."""
    return GenericAlias(list, (shape,))


def unread() -> Any:
    """The shape of what stays the text that it is: :func:`text_of` writes it as it was written."""
    from msgspec import Raw

    return Raw


def reader(shape: Any) -> Callable[[bytes], Any]:
    """What reads plain data of that shape, and passes over everything else. It raises ValueError like :func:`read`."""
    from msgspec.json import Decoder

    return _refusing(Decoder(shape).decode)


def from_json(kind: type[T], text: str | bytes) -> T:
    """The dataclass that :func:`to_json` wrote. Raises ValueError where the text is no JSON."""
    return from_data(kind, read(text))


def sha256(text: str | bytes) -> str:
    """SHA-256 of a text (as UTF-8) or of bytes, in hex."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


class _Json(NamedTuple):
    encode: Callable[[Any], bytes]
    read: Callable[[str | bytes | Raw], Any]
    members: Callable[[bytes | Raw], Mapping[str, Raw]]


@cache
def _json() -> _Json:
    # imported with the first text that is written or read, which a check of terms has none of
    from msgspec import Raw
    from msgspec.json import Decoder, Encoder

    members = Decoder(dict[str, Raw])
    return _Json(Encoder(order="sorted").encode, _refusing(Decoder().decode), _refusing(members.decode))


def _refusing(decode: Callable[[Any], T]) -> Callable[[Any], T]:
    """Like a decoder, with the error that everybody else has for texts that say nothing."""
    from msgspec import DecodeError

    def read(text: Any) -> T:
        try:
            return decode(text)
        except DecodeError as error:
            raise ValueError(str(error)) from error

    return read


@cache
def _converter() -> Converter:
    # imported with the first value that is taken apart, which a check of terms never is
    from attrs import has as has_fields
    from cattrs import Converter
    from cattrs.gen import make_dict_unstructure_fn

    def fields_of(kind: type) -> Any:
        return make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True)

    converter = Converter(omit_if_default=True, forbid_extra_keys=True, detailed_validation=False)
    for kind in (Decimal, Fraction):
        converter.register_unstructure_hook(kind, str)
        converter.register_structure_hook(kind, lambda text, kind: kind(text))
    converter.register_unstructure_hook(bytes, lambda data: base64.b64encode(data).decode())
    converter.register_structure_hook(bytes, lambda text, _: base64.b64decode(text))
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))
    converter.register_unstructure_hook_factory(has_fields, fields_of)
    converter.register_unstructure_hook_factory(
        _is_mapping,
        lambda _: lambda value: {k: converter.unstructure(v) for k, v in value.items()},
    )
    return converter


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping

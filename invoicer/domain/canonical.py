"""domain: the one canonical JSON form, which is what is hashed, stored and rendered.

Keys are sorted, decimals and fractions are text, bytes are base64, dates are ISO, fields at their default are left out, and
nothing is padded with space: so equal values have equal bytes on every machine.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)
_read = json.JSONDecoder().raw_decode


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
    """The canonical JSON text of plain data, as :func:`to_data` makes it."""
    return _encoder.encode(data)


def members_of(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """An object in canonical JSON as plain data, and each of its members (name and value) as it is written there."""
    data, members, at = {}, {}, 1
    while text[at] != "}":
        name, colon = _read(text, at)
        data[name], end = _read(text, colon + 1)
        members[name] = text[at:end]
        at = end + (text[end] == ",")
    return data, members


def text_with(members: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """The canonical JSON text of an object that has these members, and besides them what is in ``data``."""
    written = {**members, **{name: text_of({name: value})[1:-1] for name, value in data.items()}}
    return "{" + ",".join([written[name] for name in sorted(written)]) + "}"


def from_json(kind: type[T], text: str) -> T:
    """The dataclass that :func:`to_json` wrote."""
    return from_data(kind, json.loads(text))


def sha256(text: str | bytes) -> str:
    """SHA-256 of a text (as UTF-8) or of bytes, in hex."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


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

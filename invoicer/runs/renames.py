"""runs: an older version of terms under the names that a newer one has for the same things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Charge, Contract
from invoicer.domain.price import Compare
from invoicer.domain.trace import Clause
from invoicer.runs.changes import Change
from invoicer.runs.versions import Version

_NAMED = {(Charge, "id"), (Commitment, "id"), (Compare, "subject")}


@dataclass(frozen=True, slots=True)
class Renamed:
    """``version`` with its contracts, charges and commitments under the names of a newer one; ``contracts``: the new ids of
    contracts by the old ones, where they differ; ``told``: by contract, what has another name."""

    version: Version
    contracts: Mapping[str, str]
    told: Mapping[str, tuple[Change, ...]]


def under_new_names(old: Version, new: Version) -> Renamed:
    """The older version as the newer one calls what is in it, by its lines `renamed from`. A former name that both versions
    have is none."""
    homes = {
        former: contract.id
        for contract in new.contracts.values()
        for former in contract.formerly
        if former in old.ids and former not in new.ids and contract.id not in old.ids
    }
    contracts: dict[str, Contract] = {}
    told: dict[str, tuple[Change, ...]] = {}
    for name, before in old.contracts.items():
        there = homes.get(name, name)
        after = new.contracts.get(there)
        contracts[there], told[there] = before, ()
        if after is not None:
            names = dict(_names(before, after))
            called = {one.id: one.formerly for one in after.commitments}
            under = replace(_under(before, names), id=there)
            known = (replace(one, formerly=called.get(one.id, one.formerly)) for one in under.commitments)
            contracts[there] = replace(under, commitments=tuple(known))
            told[there] = tuple(_told(before, after, names))
    refused = {homes.get(name, name): problems for name, problems in old.refused.items()}
    return Renamed(replace(old, contracts=contracts, refused=refused), homes, told)


def _names(before: Contract, after: Contract) -> Iterator[tuple[str, str]]:
    """Former and new names of charges and commitments."""
    for old, new in ((before.charges, after.charges), (before.commitments, after.commitments)):
        there, now = {one.id for one in old}, {one.id for one in new}
        for one in new:
            yield from ((name, one.id) for name in one.formerly if name in there - now and one.id not in there)


def _told(before: Contract, after: Contract, names: Mapping[str, str]) -> Iterator[Change]:
    if before.id != after.id:
        yield Change("", "", "id", before.id, after.id, before.clause, after.clause)
    for kind, old, new in (
        ("charge", before.charges, after.charges),
        ("commitment", before.commitments, after.commitments),
    ):
        clauses = {one.id: one.clause for one in new}
        for one in old:
            if one.id in names:
                now = names[one.id]
                yield Change(kind, now, "id", one.id, now, one.clause, clauses[now])


def _under(value: Any, names: Mapping[str, str]) -> Any:
    """A value with names of charges and commitments replaced, wherever they stand in it."""
    if isinstance(value, tuple):
        return tuple(_under(one, names) for one in value)
    if not is_dataclass(value) or isinstance(value, type | Clause):
        return value
    changed = {}
    for field in fields(value):
        old = getattr(value, field.name)
        if isinstance(old, str) and (type(value), field.name) in _NAMED:
            new: Any = names.get(old, old)
        elif field.name == "charges" and isinstance(old, tuple):
            new = tuple(names.get(one, one) if isinstance(one, str) else _under(one, names) for one in old)
        else:
            new = _under(old, names)
        if new != old:
            changed[field.name] = new
    return replace(value, **changed) if changed else value

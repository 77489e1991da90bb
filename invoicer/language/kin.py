"""language: what contracts say of each other: former ids that are in use, contracts that go on in others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from invoicer.errors import Place, Problem
from invoicer.language.codes import Code, problem
from invoicer.language.outline import Entry
from invoicer.language.words import close_to, suggestion

Entries = Mapping[str, Sequence[Entry]]


def check_kin(entry: Entry, contracts: Entries, renamed: Entries, heirs: Entries, whole: bool) -> Iterator[Problem]:
    """What is said of a contract beside others: ``contracts`` by id, ``renamed`` by each former id, ``heirs`` by the id of
    what they continue; ``whole``: that is all that there are."""
    yield from _formerly(entry, contracts, renamed)
    yield from _twice(((f"`{name}`", where) for name, where in entry.continues), "contract")
    yield from _twice(((f"`{name}` of `{of}`", where) for name, of, where in entry.continued), "charge")
    for name, where in entry.continues:
        if name == entry.id:
            yield problem(Code.C164, where, "a contract can't go on in itself", "name the one that was before, or none")
        elif name not in contracts:
            if not whole:
                continue
            cause = f"there is no contract `{name}` that could go on in this one"
            known = [one for one in contracts if one != entry.id]
            yield problem(Code.C164, where, cause, suggestion(name, known, "contracts"))
        else:
            yield from _days(entry, contracts[name][0], heirs[name], where)
    named = list(dict.fromkeys(name for name, _ in entry.continues))
    for charge, contract, where in entry.continued:
        if contract not in named:
            cause = f"this contract does not continue `{contract}`"
            there = f"name {' or '.join(f'`{name}`' for name in named)}; or add" if named else "add"
            yield problem(Code.C164, where, cause, f"{there} `continues {contract}` below the heading")
        elif contract in contracts and charge not in contracts[contract][0].charges:
            cause = f"contract `{contract}` has no charge `{charge}`"
            yield problem(Code.C164, where, cause, suggestion(charge, contracts[contract][0].charges, "charges"))


def _twice(named: Iterable[tuple[str, Place]], kind: str) -> Iterator[Problem]:
    """What is named again: one of the two may be meant for another one, which would go on beside this contract."""
    seen: set[str] = set()
    for name, where in named:
        if name in seen:
            yield problem(
                Code.C164, where, f"{name} is named twice", f"name each {kind} once, and the other one that is meant"
            )
        seen.add(name)


def continued(entry: Entry, contracts: Entries, renamed: Entries) -> tuple[str, ...]:
    """What a contract continues; for a name that nothing has, the contract that is probably meant."""
    return tuple(
        name if name in contracts or name in renamed else close_to(name, contracts.keys() - {entry.id}) or name
        for name, _ in entry.continues
    )


def _days(entry: Entry, former: Entry, heirs: Sequence[Entry], where: Place) -> Iterator[Problem]:
    """A contract begins after each that it continues, and on one day with the others that do."""
    if entry.start and former.start and entry.start <= former.start:
        begun = "on the same day" if entry.start == former.start else f"only on {former.start}"
        cause = f"this contract begins on {entry.start}, and `{former.id}` {begun}: nothing of it could go on"
        mend = "let the term of this contract begin on the day on which it takes over"
        yield problem(Code.C165, where, cause, mend)
    other = next((one for one in heirs if one.start != entry.start and one is not former), None)
    if other and entry.start and other.start:
        cause = f"`{former.id}` goes on in `{other.id}` from {other.start} on, and here from {entry.start} on"
        yield problem(Code.C165, where, cause, "let all contracts in which it goes on begin on one day")


def _formerly(entry: Entry, contracts: Entries, renamed: Entries) -> Iterator[Problem]:
    for name, where in entry.formerly:
        if name in contracts:
            cause = f"there is a contract `{name}` still, in {_spot(contracts[name][0])}"
            mend = "remove that one, if it is this contract under its former id; else leave out the name here"
            yield problem(Code.C160, where, cause, mend)
        elif others := [other for other in renamed[name] if other is not entry]:
            cause = f"the contract in {_spot(others[0])} was renamed from `{name}` too"
            yield problem(Code.C161, where, cause, "let one of the two have been renamed from it")


def _spot(entry: Entry) -> Place:
    return Place(entry.heading.file, entry.heading.line)

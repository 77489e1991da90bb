"""runs: what an account came to is remembered, under a hash of all that it was worked out from.

An account sees its own contracts and what is the same for all (:mod:`~invoicer.runs.accounts`), and customers and rates
that it has to ask for (:mod:`~invoicer.runs.asked`). So what has to be in the hash is a short list, which
:meth:`Remembered.key` goes through. What were missing there would be a wrong invoice: tests edit workspaces at random, and
hold a plan with what was remembered against one without.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from invoicer.cache import framed, part_of
from invoicer.domain import canonical
from invoicer.domain.contracts import Card
from invoicer.errors import Problem
from invoicer.runs.account import Known, Outcome, Provenance
from invoicer.runs.asked import Answers, Asking, still
from invoicer.runs.desk import Desk
from invoicer.runs.evidence import evidence_for, kept


@dataclass(frozen=True, slots=True)
class _Entry:
    """An outcome, and what was asked for on the way to it."""

    outcome: Outcome
    answers: Answers


class Remembered:
    """Outcomes of the accounts of a run. ``carried`` is for each contract a hash of all that documents carry of it."""

    def __init__(self, desk: Desk, known: Known, carried: Mapping[str, str]) -> None:
        self._desk, self._known, self._carried, self._cache = desk, known, carried, desk.memory()
        self._same = canonical.sha256(canonical.to_json(self._for_all())) if self._cache.salt else ""
        self._waiting = frozenset(name for _, contracts in known.requests.waiting for name in contracts)
        self._hashes: dict[str, str] = {}  # of customers
        self._noted: dict[str, bytes] = {}
        self._unmeasured: dict[str, list[str]] = defaultdict(list)
        for (owner, meter, days), one in known.measurements.items():
            if isinstance(one, Problem):
                self._unmeasured[owner].append(f"{meter} {days} {one}")
        self._formers: dict[str, list[str]] = defaultdict(list)
        for former, now in sorted(known.names.contracts.items()):
            self._formers[now].append(former)

    def key(
        self, desk: Desk, account: Iterable[str], held: Mapping[str, tuple[Problem, ...]], provenance: Provenance
    ) -> str:
        """The hash under which the outcome of an account is remembered; "" where it is to be worked out each time, as for
        one with a credit that somebody asked for."""
        names = tuple(account)
        if not self._cache.salt or not self._waiting.isdisjoint(names):
            return ""
        said = {
            "same": self._same,
            "account": names,
            "held": {name: list(problems) for name, problems in held.items()},
            "unread": {name: desk.terms.refused_parties.get(name) for name in held},
            "contracts": [
                self._of_contract(desk, one, provenance.get(one.id, {})) for one in desk.contracts.cards.values()
            ],
        }
        return canonical.sha256(canonical.to_json(said))

    def get(self, key: str) -> Outcome | None:
        """What was put under that key, if it still holds."""
        data = self._cache.get(key) if key else None
        part = part_of(key, data, 0) if data else None
        if part is None:
            return None
        try:
            found = canonical.from_json(_Entry, zlib.decompress(part).decode())
        except Exception:
            return None  # whatever is wrong with it: it is worked out anew
        return found.outcome if still(found.answers, self._desk, self._hashes) else None

    def note(self, key: str, outcome: Outcome, asked: Asking) -> None:
        """An account was worked out; with what was asked for on the way."""
        if key:
            text = canonical.to_json(_Entry(outcome, asked.answers(self._hashes)))
            self._noted[key] = zlib.compress(text.encode(), 1)

    def keep(self) -> None:
        """Remember what was noted."""
        for key, data in self._noted.items():
            self._cache.put(key, framed(key, [data]))

    def forget(self) -> None:
        """Begin new notes."""
        self._noted.clear()

    def tidy(self) -> None:
        """Let go of what was not wanted for longest, where there is too much."""
        self._cache.tidy()

    def _for_all(self) -> Mapping[str, Any]:
        """What is the same for all accounts of the run."""
        folder = self._desk.workspace.plugins_folder
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder and folder.is_dir() else []
        return {
            "code": self._cache.salt,
            "as_of": self._known.as_of,
            "settings": self._desk.workspace.settings.source.text,
            "plugins": [f"{one.name} {one.origin} {one.version} {one.sha256}" for one in self._desk.plugins.loaded],
            "files of plugins": [f"{path.relative_to(folder)} {canonical.sha256(path.read_bytes())}" for path in files],
            "released": sorted(self._known.requests.released),
        }

    def _of_contract(self, desk: Desk, contract: Card, rests_on: Mapping[str, str]) -> Mapping[str, Any]:
        """What a contract is worked out from; ``rests_on`` is what its documents rest on, as known on the day. Values of
        later days may count where there are no others."""
        name, reviewing = contract.id, self._known.reviewing
        return {
            "id": name,
            "parties": [contract.seller, *contract.customers],
            "rests on": dict(rests_on),
            "evidence": kept(evidence_for(desk, contract)) if contract.index_series or contract.inputs else {},
            "unmeasured": self._unmeasured.get(name, ()),
            "carried": [self._carried.get(one, "") for one in (name, *self._formers.get(name, ()))],
            "released": sorted(said for of, said in reviewing.released if of == name) if reviewing.released else (),
            "warnings": list(map(str, reviewing.warnings.get(name, ()))),
        }

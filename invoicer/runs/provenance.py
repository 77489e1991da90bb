"""runs: what the documents of a contract rest on, by name and hash, with the bytes for the ledger to keep."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from invoicer import __version__
from invoicer.domain import canonical
from invoicer.domain.contracts import Card
from invoicer.domain.usage import Measurements
from invoicer.errors import Problem
from invoicer.runs.buyers import all_rows
from invoicer.runs.desk import Desk
from invoicer.runs.evidence import evidence_for, kept


class Rests:
    """Works out what contracts rest on as of a day, and puts the bytes aside: ``contents`` by their SHA-256 (hex), until
    somebody takes them."""

    def __init__(self, desk: Desk, measurements: Measurements, as_of: dt.date) -> None:
        self.contents: dict[str, bytes] = {}
        self._as_of = as_of
        self._measured: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for (owner, meter, days), one in measurements.items():
            if not isinstance(one, Problem):
                self._measured[owner].append({"meter": meter, "days": days, "measured": one})
        code = {
            "invoicer": __version__,
            "plugins": {one.name: f"{one.version} {one.sha256}".strip() for one in desk.plugins.loaded},
        }
        self._shared = {"settings": desk.workspace.settings.source.text, "code": canonical.to_json(code)}

    def of(self, desk: Desk, contract: Card) -> Mapping[str, str]:
        """Names and hashes of all that a document of the contract rests on, the terms of contracts that it goes on from or
        in included."""
        kin = desk.succession.family(contract.id, self._as_of) - {contract.id}
        cards = (contract, *desk.contracts.only(kin).cards.values()) if kin else (contract,)
        contents = {f"terms:{source.path}": source.text for one in cards for source in one.sources}
        contents |= self._shared
        contents["customer"] = canonical.to_json(all_rows(desk, contract, self._as_of))
        contents["quantities"] = canonical.to_json(self._quantities(contract.id))
        contents |= kept(evidence_for(desk, contract).known_on(self._as_of))
        hashes = {name: canonical.sha256(text) for name, text in contents.items()}
        self.contents.update((hashes[name], text.encode()) for name, text in contents.items())
        return hashes

    def taken(self) -> Collection[bytes]:
        """The contents that were put aside since the last time."""
        found, self.contents = self.contents, {}
        return found.values()

    def _quantities(self, contract: str) -> Sequence[Mapping[str, Any]]:
        return sorted(self._measured.get(contract, ()), key=lambda one: (str(one["meter"]), str(one["days"])))

"""runs: terms files that a person names, with the workspace around them or without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from invoicer import language
from invoicer.domain.contract import Contract
from invoicer.errors import Problem
from invoicer.runs.desk import Desk, read_terms


@dataclass(frozen=True, slots=True)
class Files:
    """The sound contracts of the files, all problems that were found on the way, the texts to show them with, and the errors
    of each contract that is not sound."""

    contracts: tuple[Contract, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    refused: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


def load_files(files: Sequence[Path], desk: Desk | None) -> Files:
    """Read terms files. With a desk, price lists, customers and sellers of its workspace are known; without one parties
    stay unresolved."""
    shown = [(path.as_posix(), path) for path in files]
    if desk:
        inside = {path.resolve(): name for name, path in desk.workspace.price_list_files}
        shown = [one for one in shown if one[1].resolve() not in inside]
        shown += [(name, path) for name, path in desk.workspace.price_list_files]
    texts, unread = read_terms(shown)
    loaded = language.load(
        texts,
        customers=desk.workspace.customer_ids if desk else None,
        sellers=desk.workspace.sellers if desk else None,
        kinds=desk.workspace.settings.supply if desk else None,
        series=desk.workspace.index_names if desk else None,
    )
    wanted = {path.as_posix() for path in files}
    mine = tuple(contract for contract in loaded.contracts if contract.clause.file in wanted)
    return Files(mine, (*unread, *loaded.problems), loaded.texts, loaded.refused)

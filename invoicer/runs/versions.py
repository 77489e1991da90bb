"""runs: a version of contracts, as files or a folder hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from invoicer import language, workspace
from invoicer.domain.contract import Contract
from invoicer.domain.party import Customer
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.runs.desk import Desk, read_terms
from invoicer.runs.files import load_files
from invoicer.workspace import Workspace
from invoicer.workspace.model import SETTINGS

Errors = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """``contracts`` by id; ``refused`` those with errors, with these; ``meters`` are all that a folder
    defines, used or not; ``space`` is the workspace, where the version is one."""

    shown: str
    contracts: Mapping[str, Contract]
    refused: Mapping[str, tuple[Problem, ...]]
    texts: Mapping[str, str]
    meters: frozenset[str] = frozenset()
    space: Workspace | None = None
    is_folder: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        """All contracts, sound or refused."""
        return tuple(dict.fromkeys([*self.contracts, *self.refused]))


def read_version(path: Path, desk: Desk | None) -> Version:
    """A version from a terms file, with the price lists and parties of the desk's workspace; or from a folder: a workspace
    whole, any other folder with all terms files in it and unresolved parties.

    Raises WorkspaceError for a workspace that can't be read, and RunError where no contract is found.
    """
    version, errors = _of_folder(path) if path.is_dir() else _of_file(path, desk)
    if not version.ids and errors:
        raise RunError(errors)
    if not version.ids:
        cause = "there is no contract here"
        mend = "name a file with contracts; to see what a price list changes, name the two folders around it"
        raise RunError(Problem("L211", Place(str(path)), cause, mend))
    return version


def _of_file(path: Path, desk: Desk | None) -> tuple[Version, Errors]:
    files = load_files([path], desk)
    contracts = {one.id: one for one in files.contracts}
    return Version(path.as_posix(), contracts, files.refused, files.texts), _errors(files.problems)


def _of_folder(path: Path) -> tuple[Version, Errors]:
    space = workspace.load(path) if (path / SETTINGS).is_file() else None
    if space:
        named = [*space.price_list_files, *space.contract_files]
    else:
        named = [(one.relative_to(path).as_posix(), one) for one in sorted(path.rglob("*.terms")) if one.is_file()]
    texts, unread = read_terms(named)
    loaded = language.load(
        texts,
        customers=space.customer_ids if space else None,
        sellers=space.sellers if space else None,
        kinds=space.settings.supply if space else None,
        whole=space is not None,
    )
    contracts = {one.id: one for one in loaded.contracts}
    version = Version(path.as_posix(), contracts, loaded.refused, loaded.texts, loaded.meters, space, True)
    return version, _errors((*unread, *loaded.problems))


def _errors(problems: Iterable[Problem]) -> Errors:
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def customers_of(contract: Contract, spaces: Iterable[Workspace]) -> tuple[Customer, ...] | None:
    """The rows of the contract's customer in the first workspace that has them; None where none has."""
    return next((rows for space in spaces if (rows := space.customers.get(contract.customer))), None)

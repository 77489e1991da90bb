"""workspace: read a workspace folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from invoicer.errors import Place, Problem, Severity, WorkspaceError
from invoicer.workspace.checks import mend_by_choice
from invoicer.workspace.customers import read_customers
from invoicer.workspace.declarations import read_declarations
from invoicer.workspace.indices import read_indices
from invoicer.workspace.model import CUSTOMERS, SETTINGS, Settings, Workspace, terms_files
from invoicer.workspace.settings import read_settings


def load(folder: Path, *, proving: bool = False) -> Workspace:
    """The workspace in a folder: settings and customers read and checked, terms only found.

    Raises WorkspaceError with every problem that names no single customer, in one pass. A customer with a problem
    refuses nothing: it stands in ``customer_problems``, and its contracts are to be held. The same holds for index series,
    and for declared figures. Who proves what was issued needs nothing but the settings: with ``proving`` no other file
    refuses anything.
    """
    if not (folder / SETTINGS).is_file():
        raise WorkspaceError(_no_workspace(folder))
    settings, problems = read_settings(folder)
    language = settings.policy.language if settings else "en"
    customers = read_customers(folder / CUSTOMERS, CUSTOMERS, language)
    indices, declarations = read_indices(folder), read_declarations(folder)
    found = (
        *problems,
        *customers.problems,
        *indices.warnings,
        *declarations.warnings,
        *_unread(folder),
        *_unnamed(folder, settings),
    )
    decisive = problems if proving else found
    if settings is None or any(problem.severity is Severity.ERROR for problem in decisive):
        of_customers = [problem for rows in customers.problems_of.values() for problem in rows]
        raise WorkspaceError([*found, *of_customers])
    return Workspace(
        folder=folder,
        settings=settings,
        customers=customers.sound,
        customer_problems=customers.problems_of,
        warnings=found,
        indices=indices.sound,
        index_problems=indices.problems_of,
        declarations=declarations,
        owners=customers.owners,
    )


def terms_of(folder: Path) -> tuple[tuple[str, Path], ...]:
    """(path relative to the workspace, path) of each terms file: contracts, then price lists. Nothing else of the workspace
    is read, so it may be wrong. Raises WorkspaceError where the folder is no workspace."""
    if not (folder / SETTINGS).is_file():
        raise WorkspaceError(_no_workspace(folder))
    return (*terms_files(folder, "contracts"), *terms_files(folder, "price-lists"))


def around(folder: Path) -> Path | None:
    """The folder, or the nearest one above it, that is a workspace; None where there is none."""
    here = folder.resolve()
    return next((above for above in (here, *here.parents) if (above / SETTINGS).is_file()), None)


def _no_workspace(folder: Path) -> Problem:
    if not folder.is_dir():
        return Problem("W201", Place(str(folder)), "there is no such folder", "name the folder of a workspace")
    cause = f"this folder is no workspace: it has no {SETTINGS}"
    return Problem("W201", Place(str(folder)), cause, "make one with `invoicer init`, or name another folder")


def _unnamed(folder: Path, settings: Settings | None) -> Iterator[Problem]:
    """Warn of files of exchange rates that the settings do not name."""
    named = set(settings.exchange.values()) if settings else set()
    for path in sorted((folder / "rates").glob("*")) if settings else ():
        shown = path.relative_to(folder).as_posix()
        if path.is_file() and not path.name.startswith(".") and shown not in named:
            mend = f'name it in invoicer.toml: [exchange] source = "ecb" file = "{shown}"; or keep it elsewhere'
            cause = "no setting names this file: its exchange rates are not read"
            yield Problem("W202", Place(shown), cause, mend, Severity.WARNING)


def _unread(folder: Path) -> Iterator[Problem]:
    """Warn of what looks like part of the workspace and is not read."""
    terms = ("contracts", "price-lists")
    for name in terms:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and path.suffix != ".terms" and not path.name.startswith("."):
                place = Place(path.relative_to(folder).as_posix())
                mend = "give it a name that ends in .terms, or keep it elsewhere"
                yield Problem("W202", place, "this file is not read", mend, Severity.WARNING)
    if not (folder / "contracts").is_dir():
        others = (path.name for path in folder.iterdir() if path.is_dir() and path.name not in terms)
        near = [name for name in others if mend_by_choice("contracts", [name], "")]
        mend = f"did you mean “{near[0]}” to be it?" if near else "make it and put the terms of contracts into it"
        cause = "there is no folder contracts, so there is nothing to bill"
        yield Problem("W202", Place("contracts"), cause, mend, Severity.WARNING)

"""runs: keys that sign the anchor of the ledger: made, found by the settings, taken into use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from invoicer import ledger
from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import UNSEALED, Seal
from invoicer.workspace import Workspace
from invoicer.workspace.folder import around


def seal_of(space: Workspace, *, writing: bool = False, trusted: Sequence[Path] = (), unsigned: bool = False) -> Seal:
    """What the settings say about signatures of the anchor; who only reads needs no private key. ``trusted`` are public
    keys that count instead of those of the settings, ``unsigned`` lets an anchor pass that carries no signature yet.

    Raises RunError (L158) where a key can't be used.
    """
    settings = space.settings
    if not trusted and not settings.public_keys:
        return UNSEALED
    from invoicer.ledger.signing import signatures

    private = _outside(space, settings.signing_key) if writing else None
    return signatures(private, trusted or [space.folder / name for name in settings.public_keys], unsigned=unsigned)


def new_key(private: Path) -> tuple[Path, str]:
    """Make a pair of keys: the private one at that path, for its owner alone, the public one beside it with ``.pub``.
    Answers the path of the public one and the id of the key. Raises RunError: L158 where it would lie in a workspace,
    L159 where a file is there already or can't be written."""
    from invoicer.ledger.signing import key_pair

    if (space := around(private.parent)) is not None:
        cause = f"it would lie in the workspace {space}, so whoever has a copy of that could sign"
        raise RunError(
            Problem("L158", Place(str(private)), cause, "name a folder of who runs the batch, outside of it")
        )
    secret, public, name = key_pair()
    beside = private.with_name(private.name + ".pub")
    _write_new(beside, public, 0o644)
    try:
        _write_new(private, secret, 0o600)
    except RunError:
        beside.unlink()
        raise
    return beside, name


def sign(space: Workspace) -> str:
    """Sign the anchor of a ledger that is sound: where signing begins, and with a new key at once. Answers the id of the
    key. Raises RunError: L158, whatever is wrong with the ledger, and as opening it does."""
    if not space.settings.signing_key:
        cause, mend = "no key is named to sign with", "`invoicer new-key`, then signing_key in the table [ledger]"
        raise RunError(Problem("L158", Place("invoicer.toml", part="ledger.signing_key"), cause, mend))
    with ledger.open_ledger(
        space.ledger_folder,
        writing=True,
        documents=space.documents_folder,
        database=space.settings.database,
        seal=seal_of(space, writing=True, unsigned=True),
    ) as book:
        if problems := book.verify_chain():
            raise RunError(problems)
        return book.sign()


def _outside(space: Workspace, name: str) -> Path:
    """The private key: not in the workspace, which is copied, backed up and kept under git."""
    path = (space.folder / Path(name).expanduser()).resolve()
    if path.is_relative_to(space.folder.resolve()) or path.is_relative_to(space.ledger_folder.resolve()):
        cause = "the private key lies in the workspace, so whoever has a copy of it could sign"
        raise RunError(Problem("L158", Place(str(path)), cause, "move it to a folder of who runs the batch"))
    return path


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except FileExistsError as error:
        cause, mend = "there is a file already, and a key is never written over", "name another file"
        raise RunError(Problem("L159", Place(str(path)), cause, mend)) from error
    except OSError as error:
        cause = f"the key can't be written ({error.strerror or error})"
        raise RunError(Problem("L159", Place(str(path)), cause, "see to the folder and its rights")) from error

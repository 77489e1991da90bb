"""A signed anchor can't be written by whoever can change files, and says by which key it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from invoicer.errors import RunError
from invoicer.ledger import UNSEALED, Ledger, Seal, migrate, move, open_ledger, schema
from invoicer.ledger.chain import GENESIS, link
from invoicer.ledger.signing import key_pair, signatures
from tests.ledger.papers import by_hand, database_of, many, month, run


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with the keys ``old`` and ``new`` and their public halves."""
    for name in ("old", "new"):
        secret, public, _ = key_pair()
        (tmp_path / name).write_bytes(secret)
        (tmp_path / name).chmod(0o600)
        (tmp_path / f"{name}.pub").write_bytes(public)
    return tmp_path


@contextmanager
def opened(folder: Path, seal: Seal, *, writing: bool = True) -> Iterator[Ledger]:
    with open_ledger(folder / "ledger", writing=writing, database=database_of(folder), seal=seal) as ledger:
        yield ledger


def refusal(folder: Path, seal: Seal, *, writing: bool = True) -> str:
    with pytest.raises(RunError) as refused, opened(folder, seal, writing=writing):
        pass
    (problem,) = refused.value.problems
    return f"{problem.code} {problem.cause}"


def anchor(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "ledger" / "anchor.json").read_text("utf-8"))
    return data


def write(folder: Path, **changed: Any) -> None:
    (folder / "ledger" / "anchor.json").write_text(json.dumps({**anchor(folder), **changed}))


def made_anew(folder: Path) -> tuple[int, str]:
    """Change the first plan in the log and chain the whole of it again, without a flaw."""
    log, last = schema.log, GENESIS.hash
    with by_hand(folder) as connection:
        rows = connection.execute(sa.select(log).order_by(log.c.sequence)).all()
        for row in rows:
            payload = row.payload.replace("2026", "2027")
            anew = link(row.sequence, row.kind, payload, last)
            changed = {"payload": payload, "previous": last, "hash": anew}
            connection.execute(sa.update(log).where(log.c.sequence == row.sequence).values(changed))
            last = anew
    return len(rows), last


def test_every_write_signs_and_every_opening_looks(folder: Path, keys: Path) -> None:
    mine = signatures(keys / "old", [keys / "old.pub"])
    with opened(folder, mine) as ledger:
        run(ledger, many(2))
    first = anchor(folder)
    with opened(folder, signatures(None, [keys / "old.pub"]), writing=False) as ledger:
        assert ledger.verify_chain() == ()
        assert ledger.signed_by() == first["key"]
    with opened(folder, mine) as ledger:
        run(ledger, many(2, month(1)))
    assert anchor(folder)["count"] > first["count"] and anchor(folder)["signature"] != first["signature"]
    copy = folder / "copy.json"
    copy.write_text(json.dumps(first))
    with opened(folder, mine, writing=False) as ledger:
        assert ledger.remembers(copy) == ()
        copy.write_text(json.dumps({**first, "signature": anchor(folder)["signature"]}))
        assert [one.code for one in ledger.remembers(copy)] == ["L157"]
        copy.write_text(json.dumps({"count": first["count"], "head": first["head"]}))  # from before signing began
        assert ledger.remembers(copy) == ()


@pytest.mark.parametrize("writing", [False, True])
def test_what_was_made_anew_can_not_be_signed(folder: Path, keys: Path, writing: bool) -> None:
    mine = signatures(keys / "old", [keys / "old.pub"])
    with opened(folder, mine) as ledger:
        run(ledger, many(2))
    signed = anchor(folder)
    count, head = made_anew(folder)
    assert refusal(folder, mine, writing=writing).startswith("L109")
    write(folder, count=count, head=head)
    assert "does not fit the anchor" in refusal(folder, mine, writing=writing)
    theirs = {"count": count, "head": head}
    (folder / "ledger" / "anchor.json").write_text(json.dumps(theirs))
    assert refusal(folder, mine, writing=writing) == "L157 the anchor is not signed"
    said = f"{count}\n{head}\n"
    (folder / "ledger" / "anchor.json").write_text(
        json.dumps({**theirs, **signatures(keys / "new", [keys / "new.pub"]).mark(said)})
    )
    assert f"which is none of {signed['key']}" in refusal(folder, mine, writing=writing)
    write(folder, key=signed["key"])
    assert "does not fit the anchor" in refusal(folder, mine, writing=writing)
    with opened(folder, UNSEALED, writing=False) as ledger:  # without keys nobody would know
        assert "L109" not in {one.code for one in ledger.verify_chain()}


@pytest.mark.parametrize("said", ["%%%", "", "AAAA"])
def test_a_signature_that_is_none(folder: Path, keys: Path, said: str) -> None:
    mine = signatures(keys / "old", [keys / "old.pub"])
    with opened(folder, mine) as ledger:
        run(ledger, many(1))
    write(folder, signature=said)
    assert "does not fit the anchor" in refusal(folder, mine)


def test_signing_begins_once_and_keys_change(folder: Path, keys: Path) -> None:
    with opened(folder, UNSEALED) as ledger:
        run(ledger, many(1))
    old = signatures(keys / "old", [keys / "old.pub"])
    assert refusal(folder, old) == "L157 the anchor is not signed"
    with opened(folder, signatures(keys / "old", [keys / "old.pub"], unsigned=True)) as ledger:
        assert ledger.signed_by() == ""
        name = ledger.sign()
    assert anchor(folder)["key"] == name
    write(folder, signature="AAAA")
    with pytest.raises(RunError, match="L157"), opened(folder, signatures(None, [keys / "old.pub"], unsigned=True)):
        pass
    with opened(folder, UNSEALED, writing=False):
        pass  # a signature is no harm to who has no keys
    write(folder, **old.mark(f"{anchor(folder)['count']}\n{anchor(folder)['head']}\n"))
    both = signatures(keys / "new", [keys / "new.pub", keys / "old.pub"])
    with opened(folder, both) as ledger:
        assert ledger.signed_by() == name, "nothing was written yet"
        run(ledger, many(1, month(1)))
        assert ledger.signed_by() not in {"", name}
    assert "which is none of" in refusal(folder, old)


def test_the_upkeep_of_a_signed_ledger_signs(folder: Path, keys: Path, kind: str) -> None:
    mine = signatures(keys / "old", [keys / "old.pub"])
    with opened(folder, mine) as ledger:
        run(ledger, many(1))
    assert migrate(folder / "ledger", database=database_of(folder), seal=mine)
    if kind == "postgresql":
        move(folder / "ledger", source=database_of(folder), target="", seal=mine)
        (folder / "database.txt").unlink()
    with opened(folder, mine, writing=False) as ledger:
        assert ledger.verify_chain() == ()
        assert ledger.signed_by()


def test_keys_that_can_not_be_used(keys: Path) -> None:
    other = generate_private_key(SECP256R1())
    (keys / "curve").write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (keys / "curve").chmod(0o600)
    (keys / "text").write_text("no key")
    (keys / "text").chmod(0o600)
    (keys / "open").write_bytes((keys / "old").read_bytes())
    (keys / "open").chmod(0o640)
    for private, public, cause in (
        ("old", "new.pub", "this key is none of public_keys"),
        ("open", "old.pub", "others than its owner can read this private key"),
        ("text", "old.pub", "this is no private Ed25519 key"),
        ("curve", "old.pub", "this is no private Ed25519 key"),
        ("old", "text", "this is no public Ed25519 key"),
        ("old", "old", "this is no public Ed25519 key"),
        ("none", "old.pub", "this key can't be read"),
    ):
        with pytest.raises(RunError, match=f"L158.*{cause}"):
            signatures(keys / private, [keys / public])

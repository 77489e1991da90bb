"""ledger: anchors that are signed (Ed25519, RFC 8032), so that only who has the private key can write one.

The signature covers a line that says what it is for, the length of the log and its last hash. Keys are PEM files (RFC 8410)
and are named by the first 16 digits of the SHA-256 of their 32 public bytes.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from invoicer.domain.canonical import sha256
from invoicer.errors import RunError
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.seal import Seal
from invoicer.ledger.trouble import refused

_PURPOSE = "invoicer anchor 1\n"


class Signatures(Seal):
    """Anchors are signed with ``private`` (by readers: None) and have to be signed with one of the keys ``trusted``, by
    their ids. ``unsigned`` anchors are let pass where signing begins."""

    def __init__(
        self, private: Ed25519PrivateKey | None, trusted: Mapping[str, Ed25519PublicKey], *, unsigned: bool = False
    ) -> None:
        self.private = private
        self.trusted = trusted
        self.unsigned = unsigned

    def mark(self, said: str) -> Mapping[str, str]:
        """The key's id and the signature."""
        assert self.private is not None, "who writes has the key"
        signature = self.private.sign((_PURPOSE + said).encode())
        return {"key": key_id(self.private.public_key()), "signature": base64.b64encode(signature).decode()}

    def check(self, said: str, anchor: Mapping[str, Any], path: Path) -> str:
        """The id of the key that signed it; "" where it is not signed and need not be."""
        if "signature" not in anchor:
            if self.unsigned:
                return ""
            mend = f"{RESTORE}; where signing begins only now: `invoicer sign`, which proves the ledger first"
            raise refused("L157", path, "the anchor is not signed", mend)
        name = str(anchor.get("key", ""))
        if name not in self.trusted:
            cause = f"the anchor is signed with the key {name}, which is none of {', '.join(sorted(self.trusted))}"
            mend = f"if that key is yours, add it to public_keys (verify: --key); else {RESTORE}"
            raise refused("L157", path, cause, mend)
        try:
            signature = base64.b64decode(str(anchor["signature"]), validate=True)
            self.trusted[name].verify(signature, (_PURPOSE + said).encode())
        except (InvalidSignature, binascii.Error) as error:
            raise refused("L157", path, f"the signature of the key {name} does not fit the anchor", RESTORE) from error
        return name


def signatures(private: Path | None, public: Iterable[Path], *, unsigned: bool = False) -> Signatures:
    """Signatures with the keys in these files. Raises RunError (L158) for a file that can't be used."""
    trusted = {key_id(key): key for key in map(_public, public)}
    own = _private(private) if private else None
    if private and own and key_id(own.public_key()) not in trusted:
        mend = f"add its public half, the file {private.name}.pub that was made with it"
        raise refused("L158", private, "this key is none of public_keys", mend)
    return Signatures(own, trusted, unsigned=unsigned)


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key."""
    return sha256(key.public_bytes_raw())[:16]


def key_pair() -> tuple[bytes, bytes, str]:
    """A new pair as PEM, private and public, and its id."""
    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key()
    open_half = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return secret, open_half, key_id(public)


def _private(path: Path) -> Ed25519PrivateKey:
    data = _read(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise refused("L158", path, "others than its owner can read this private key", f"chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "private") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private")
    return key


def _public(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "public") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        said = error.strerror or str(error)
        raise refused("L158", path, f"this key can't be read ({said})", "see to the path and the rights") from error


def _no_key(path: Path, half: str) -> RunError:
    return refused("L158", path, f"this is no {half} Ed25519 key in a PEM file", "`invoicer new-key` makes one")

"""`invoicer new-key`, `sign` and `verify --key`, as the one who sets it up and an auditor call them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def key(issued: Shell, tmp_path: Path) -> Path:
    """A private key of whose public half the workspace has a copy; settings name both."""
    private = tmp_path / "ledger.pem"
    done = issued("new-key", str(private))
    assert f'[ledger]\nsigning_key = "{private}"\npublic_keys = ["ledger.pem.pub"]' in done.stdout
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    issued.write("ledger.pem.pub", (tmp_path / "ledger.pem.pub").read_text())
    settings = (issued.folder / "invoicer.toml").read_text("utf-8")
    issued.write(
        "invoicer.toml", f'{settings}\n[ledger]\nsigning_key = "{private}"\npublic_keys = ["ledger.pem.pub"]\n'
    )
    return private


def test_signing_begins(issued: Shell, key: Path) -> None:
    refused = issued("plan", "--as-of", "2026-02-01")
    assert refused.exit_code == 1 and "L157" in refused.stderr and "`invoicer sign`" in refused.stderr
    signed = issued("sign")
    assert signed.exit_code == 0 and "The ledger is sound" in signed.stdout
    data = json.loads(issued("verify", "--json").stdout)
    assert data["sound"] and data["signed_by"] and data["signed_by"] in signed.stdout
    assert f"signed with the key {data['signed_by']}" in issued("verify").stdout
    assert issued("plan", "--as-of", "2026-02-01").exit_code == 0
    assert issued("doctor", "--json").exit_code in (0, 1)
    key.unlink()
    assert issued("verify").exit_code == 0, "who reads needs no private key"
    assert "L158" in issued("plan", "--as-of", "2026-03-01").stderr


@pytest.mark.usefixtures("key")
def test_an_auditor_trusts_keys_of_their_own(issued: Shell, tmp_path: Path) -> None:
    assert issued("sign").exit_code == 0
    assert issued("verify", "--key", str(tmp_path / "ledger.pem.pub")).exit_code == 0
    issued("new-key", str(tmp_path / "other.pem"))
    found = json.loads(issued("verify", "--json", "--key", str(tmp_path / "other.pem.pub")).stdout)
    assert (found["sound"], [one["code"] for one in found["problems"]]) == (False, ["L157"])


@pytest.mark.usefixtures("key")
def test_what_is_not_sound_is_not_signed(issued: Shell) -> None:
    anchor = issued.folder / "ledger" / "anchor.json"
    anchor.write_text(anchor.read_text().replace('"count":4', '"count":3'))
    assert "L109" in issued("sign").stderr
    assert "signature" not in anchor.read_text()


def test_a_key_is_never_written_over(issued: Shell, key: Path, tmp_path: Path) -> None:
    before = key.read_bytes()
    assert "L159" in issued("new-key", str(key)).stderr
    (tmp_path / "ledger.pem.pub").unlink()
    assert "L159" in issued("new-key", str(key)).stderr
    assert key.read_bytes() == before and not (tmp_path / "ledger.pem.pub").exists()
    assert "L159" in issued("new-key", str(tmp_path / "nowhere" / "key.pem")).stderr


def test_a_private_key_is_not_made_in_a_workspace(issued: Shell) -> None:
    refused = issued("new-key", str(issued.folder / "keys.pem"))
    assert "L158" in refused.stderr and "outside of it" in refused.stderr
    assert not list(issued.folder.glob("keys*"))


def test_keys_and_settings_that_do_not_fit(issued: Shell, key: Path) -> None:
    issued.write("mine.pem", key.read_text())
    issued.change("invoicer.toml", f'"{key}"', '"mine.pem"')
    assert "the private key lies in the workspace" in issued("sign").stderr
    issued.change("invoicer.toml", 'signing_key = "mine.pem"\n', "")
    assert "public_keys is there without signing_key" in issued("plan").stderr
    issued.change("invoicer.toml", 'public_keys = ["ledger.pem.pub"]\n', "")
    assert "no key is named to sign with" in issued("sign").stderr

"""`kill -9` at random: whoever issues, whoever renders, whoever serves the database. The seed is in the head of the run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from invoicer.domain.canonical import sha256
from invoicer.errors import RunError
from invoicer.ledger.durable import STRAY
from tests import postgresql as servers
from tests.crash.story import confirm, day, plan, workspace_in
from tests.ledger.papers import DATABASE, confirmed, many, reader, writer
from tests.postgresql import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
ISSUERS = 8
SIZES = [pytest.param(3, 24, id="small"), pytest.param(60, 600, id="large", marks=pytest.mark.slow)]


def chance(name: str) -> random.Random:
    """What happens, by the seed of the run."""
    seed = f"{os.environ['INVOICER_FUZZ_SEED']} {name}"
    sys.stdout.write(f"seed: {seed}\n")
    return random.Random(seed)


def hand(folder: Path, how: str) -> subprocess.Popen[str]:
    """A process that issues until nothing is left."""
    command = [sys.executable, "-m", "tests.crash.hand", str(folder), how]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def sound(folder: Path, count: int, forms: int) -> None:
    """No gap, no duplicate, nothing lost; the chain, the anchor and every file as they have to be; no stray."""
    with writer(folder):
        pass  # whoever writes next sweeps
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert len({held.number for held in ledger.documents()}) == len(ledger.documents()) == count
        contracts = [line.contract for held in ledger.documents() for line in ledger.document(held.number).lines]
        assert len(set(contracts)) == count
        made = ledger.artifacts()
        assert len(made) == count * forms
        for one in made:
            assert sha256(ledger.files.read(one.sha256)) == one.sha256
            assert sha256((folder / "documents" / one.name).read_bytes()) == one.sha256
        with ledger._store.read() as connection:
            end = connection.exec_driver_sql("SELECT max(sequence) FROM log").scalar_one()
    assert json.loads((folder / "ledger" / "anchor.json").read_text("utf-8"))["count"] == end
    assert not list(folder.rglob(STRAY + "*"))
    assert sum(path.is_file() for path in (folder / "documents").rglob("*")) == count * forms


def kill_until(kills: int, fates: random.Random, at_work: list[subprocess.Popen[str]], kill: Callable[[], bool]) -> int:
    """Kill as often as that, unless everything is done before; answers how often."""
    done = 0
    while done < kills and any(one.poll() is None for one in at_work):
        time.sleep(fates.uniform(0.02, 0.4))
        done += kill()
    return done


def finished(at_work: list[subprocess.Popen[str]]) -> None:
    """Wait for everybody; nobody may have failed who was not killed."""
    for one in at_work:
        _, said = one.communicate(timeout=150)
        assert one.returncode in (0, -signal.SIGKILL), said


@pytest.mark.parametrize(("kills", "count"), SIZES)
def test_issuers_and_backends_are_killed(tmp_path: Path, kills: int, count: int) -> None:
    """Eight processes issue one plan on a server of their own that syncs. A backend that is killed takes all others of the
    server with it, and the server recovers."""
    fates = chance("postgresql")
    server = servers.make({})
    try:
        name = server.new()
        (tmp_path / DATABASE).write_text(server.url(name))
        with writer(tmp_path) as ledger:
            confirmed(ledger, many(count))
        at_work = [hand(tmp_path, "ledger") for _ in range(ISSUERS)]

        def kill() -> bool:
            if fates.random() < 0.5:
                return kill_backend(server, name, fates)
            victim = fates.choice(at_work)
            if victim.poll() is not None:
                return False
            victim.kill()
            at_work.append(hand(tmp_path, "ledger"))
            return True

        wait_for_work(tmp_path)
        done = kill_until(kills, fates, at_work, kill)
        sys.stdout.write(f"{done} kills\n")
        finished(at_work)
        finished([hand(tmp_path, "ledger")])
        sound(tmp_path, count, forms=2)
        assert done
    finally:
        servers.remove(server)


def wait_for_work(folder: Path) -> None:
    """Wait until something is issued: from then on those who issue are at work."""
    for _ in range(600):
        with suppress(RunError), reader(folder) as ledger:
            if ledger.documents():
                return
        time.sleep(0.05)


def kill_backend(server: Postgres, name: str, fates: random.Random) -> bool:
    """Kill the process of the server that serves one of them."""
    who = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            pids = [row[0] for row in connection.execute(who, (name,))]
    except psycopg.OperationalError:
        return False  # it recovers from the kill before
    if not pids:
        return False
    with suppress(ProcessLookupError):
        os.kill(fates.choice(sorted(pids)), signal.SIGKILL)
        return True
    return False


@pytest.mark.parametrize(("kills", "count"), [pytest.param(3, 12, id="small"), *SIZES[1:]])
def test_the_writer_and_renderers_are_killed(tmp_path: Path, kills: int, count: int) -> None:
    """One writer and eight renderers on SQLite; a second writer is refused."""
    fates = chance("sqlite")
    names = tuple(f"contract-{index}" for index in range(count))
    workspace_in(tmp_path, names, formats='"html", "json"')
    for step in (plan(day(1)), confirm(day(1))):
        step(tmp_path, lambda _: None)
    at_work = [hand(tmp_path, "story")]
    refused = 0

    def kill() -> bool:
        nonlocal refused
        current = at_work[-1]
        renderers = descendants(current.pid)
        if renderers and fates.random() < 0.7:
            with suppress(ProcessLookupError):
                os.kill(fates.choice(renderers), signal.SIGKILL)
            return True
        refused += second_is_refused(tmp_path, current)
        current.kill()
        current.wait()
        at_work.append(hand(tmp_path, "story"))
        return True

    wait_for_work(tmp_path)
    refused += second_is_refused(tmp_path, at_work[-1])
    done = kill_until(kills, fates, at_work, kill)
    sys.stdout.write(f"{done} kills, {refused} second writers refused\n")
    finished(at_work)
    finished([hand(tmp_path, "story")])
    sound(tmp_path, count, forms=2)
    assert done


def second_is_refused(folder: Path, first: subprocess.Popen[str]) -> bool:
    """Whether a second writer is refused while the first is held up in its work; it must not come in."""
    first.send_signal(signal.SIGSTOP)
    try:
        if first.poll() is not None or not (folder / "ledger" / "writer.lock").read_text().startswith(str(first.pid)):
            return False
        with suppress(RunError), writer(folder):
            return False  # the first had let go of it
        with pytest.raises(RunError, match=f"L101.*process {first.pid}"), writer(folder):
            pass
        return True
    finally:
        first.send_signal(signal.SIGCONT)


def descendants(of: int) -> list[int]:
    """The living processes below a process that render: those below the one that they are made from."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if status[0] != "Z":
                    parents[int(entry.name)] = int(status[1])
    children = {pid for pid, parent in parents.items() if parent == of}
    return sorted(pid for pid, parent in parents.items() if parent in children)

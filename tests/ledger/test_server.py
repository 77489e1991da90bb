"""PostgreSQL: what a URL, a server and the way to it may answer, and several processes that write."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from psycopg import sql

from invoicer.errors import Problem, RunError
from invoicer.ledger import Ledger, Point, open_ledger
from invoicer.ledger.durable import STRAY
from tests import postgresql as servers
from tests.ledger.conftest import Places, name_of
from tests.ledger.papers import (
    DATABASE,
    TODAY,
    Breaks,
    confirmed,
    database_of,
    finish,
    many,
    month,
    proposed,
    reader,
    run,
    stored,
    writer,
)
from tests.postgresql import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "open-sesame"


@pytest.fixture
def folder(tmp_path: Path, postgresql: Postgres) -> Iterator[Path]:
    """A folder whose database is on the server."""
    places = Places(postgresql)
    with places.passing():
        yield places.new(tmp_path)


def refusal(folder: Path, url: str, *, writing: bool = True) -> Problem:
    """Why a URL is refused."""
    with pytest.raises(RunError) as found, open_ledger(folder / "ledger", writing=writing, database=url):
        pass
    (problem,) = found.value.problems
    assert SECRET not in str(problem)
    return problem


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "no URL"),
        (f"mysql://billing:{SECRET}@db/x", "“mysql” is no database"),
        (f"postgres://billing:{SECRET}@db/x", "“postgres” is no database"),
        ("postgresql+asyncpg://db/x", "no database that invoicer knows"),
        (f"postgresql://billing:{SECRET}@db", "names no database"),
        (f"postgresql://db/x?password={SECRET}", "“password” among its options"),
        (f"postgresql://billing:{SECRET}@db:port/x", "no URL"),
    ],
)
def test_a_url_of_no_use_is_refused(tmp_path: Path, url: str, says: str) -> None:
    problem = refusal(tmp_path, url)
    assert problem.code == "L150"
    assert says in problem.cause
    assert "ledger.database" in str(problem.where)
    assert not (tmp_path / "ledger").exists()


def test_the_way_to_the_server_is_explained(tmp_path: Path, postgresql: Postgres) -> None:
    postgresql.execute(sql.SQL(f"CREATE ROLE clerk LOGIN PASSWORD '{SECRET}'"))
    name = postgresql.new()
    nowhere = f"postgresql://billing:{SECRET}@127.0.0.1:{servers._free_port()}/invoicer"
    cases = {
        nowhere: ("L151", "is not reached", "check host and port"),
        f"postgresql://billing@no-such-host.invalid/{name}": ("L151", "is not reached", "check host and port"),
        f"postgresql://billing@/{name}?host={tmp_path}": ("L151", "is not reached", "check host and port"),
        postgresql.url("nothing_here"): ("L153", "no database of that name", "createdb"),
        postgresql.url(name, user="stranger"): ("L152", "lets us not in", "user"),
        postgresql.by_port(name, user=f"clerk:{SECRET}!"): ("L152", "lets us not in", "PGPASSWORD"),
        postgresql.by_port(name, user="clerk"): ("L152", "lets us not in", "PGPASSWORD"),
        postgresql.by_port(name, options="?sslmode=require"): ("L154", "no secure connection", "sslmode"),
        postgresql.by_port(name, options="?sslmod=require"): ("L150", "option of the URL", ""),
        postgresql.by_port(name, options="?connect_timeout=soon"): ("L150", "option of the URL", "question mark"),
        postgresql.url(name, user="clerk"): ("L152", "has not the rights", "CREATE"),
    }
    for url, (code, cause, mend) in cases.items():
        problem = refusal(tmp_path, url)
        assert (problem.code, cause in problem.cause, mend in problem.mend) == (code, True, True), problem
        assert str(problem.where).startswith("postgresql://"), problem
        if "clerk" not in url:
            assert refusal(tmp_path, url, writing=False).code == code
    postgresql.drop(name)


def test_a_password_comes_from_the_environment(
    tmp_path: Path, postgresql: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql.execute(sql.SQL(f"CREATE ROLE owner LOGIN PASSWORD '{SECRET}'"))
    name = postgresql.new()
    postgresql.execute(sql.SQL("ALTER DATABASE {} OWNER TO owner").format(sql.Identifier(name)))
    monkeypatch.setenv("PGPASSWORD", SECRET)
    (tmp_path / DATABASE).write_text(postgresql.by_port(name, user="owner"))
    with writer(tmp_path) as ledger:
        run(ledger, many(3))
        assert ledger.verify_chain() == ()
    postgresql.drop(name)


def test_an_encoding_that_does_not_know_every_sign_is_refused(tmp_path: Path, postgresql: Postgres) -> None:
    name = postgresql.new("template0", "ENCODING LATIN1 LOCALE 'C'")
    problem = refusal(tmp_path, postgresql.url(name))
    assert (problem.code, "LATIN1" in problem.cause, "UTF8" in problem.mend) == ("L156", True, True)
    postgresql.drop(name)


def test_the_locale_of_a_server_changes_no_answer(folder: Path) -> None:
    """Where people sort, b stands before C; here every word sorts by its code points, as on SQLite."""
    with writer(folder) as ledger, ledger._store.read() as connection:
        by_locale = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        words = f"{by_locale} AND data_type = 'character varying' AND table_name <> 'alembic_version'"
        assert len(connection.exec_driver_sql(words).all()) > 20
        assert connection.exec_driver_sql(f"{words} AND collation_name IS DISTINCT FROM 'C'").all() == []


def test_a_schema_of_its_own_can_hold_a_ledger_beside_others(tmp_path: Path, postgresql: Postgres) -> None:
    name = postgresql.new()
    for schema in ("one", "two"):
        postgresql.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)), name)
        (tmp_path / schema).mkdir()
        (tmp_path / schema / DATABASE).write_text(f"{postgresql.url(name)}&options=-csearch_path%3D{schema}")
        with writer(tmp_path / schema) as ledger:
            run(ledger, many(2))
            assert [item.number for item in ledger.documents()] == ["HN-2026-00001", "HN-2026-00002"]
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / DATABASE).write_text(f"{postgresql.url(name)}&options=-csearch_path%3Dthree")
    with pytest.raises(RunError, match=r"L156.*leads to no schema"), writer(tmp_path / "three"):
        pass
    postgresql.drop(name)


def test_two_writers_take_turns(folder: Path) -> None:
    with writer(folder) as one, writer(folder) as other:
        plan = confirmed(one, many(6))
        assert one.issue(plan, finish, TODAY, batch=2)
        assert other.issue(plan, finish, TODAY) == ()
        again = confirmed(other, many(6, month(1)))
        assert len(one.issue(again, finish, TODAY, batch=4)) == 6
        assert other.verify_chain() == one.verify_chain() == ()
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()


def test_plans_and_issues_at_once_give_nothing_twice(folder: Path) -> None:
    """Four writers issue one plan while one more plans again and again what is planned already."""
    count, errors = 60, []
    with writer(folder) as ledger:
        plan = confirmed(ledger, many(count))

    def act(work: str) -> None:
        try:
            with writer(folder) as mine:
                if work == "issue":
                    mine.issue(plan, finish, TODAY, batch=3)
                else:
                    for _ in range(10):
                        mine.store_plan(TODAY, TODAY, proposed(many(count)), {})
        except RunError as error:
            errors.append(error)

    threads = [threading.Thread(target=act, args=(work,)) for work in ("issue",) * 4 + ("plan",)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with writer(folder) as ledger:
        assert ledger.verify_chain() == ()
        for error in errors:  # a plan that says something else has replaced what was left of the first
            assert {problem.code for problem in error.problems} <= {"L121"}
        done = {item.number for item in ledger.documents()}
        assert len(done) == len(ledger.documents())
        contracts = [line.contract for line in ledger.billed([f"c{index:04}-2026" for index in range(count)])]
        assert len(contracts) == 2 * len(done)


def test_writers_that_come_at_once_make_one_ledger(folder: Path) -> None:
    errors: list[BaseException] = []

    def come(number: int) -> None:
        try:
            with writer(folder) as ledger:
                ledger.put_content(str(number).encode())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with writer(folder) as ledger:
        confirmed(ledger, many(2))
        assert ledger.verify_chain() == ()


def test_an_empty_database_does_not_give_the_numbers_of_documents_again(folder: Path) -> None:
    sent = folder / "documents" / "2026" / "HN-2026-00001.pdf"
    sent.parent.mkdir(parents=True)
    sent.write_bytes(b"%PDF")
    with pytest.raises(RunError, match="L145"), writer(folder):
        pass
    with reader(folder) as ledger:
        assert ledger.documents() == ()


def test_who_only_reads_needs_no_more_rights(folder: Path, postgresql: Postgres) -> None:
    with writer(folder) as ledger:
        run(ledger, many(2))
    name = name_of(folder)
    postgresql.execute(sql.SQL("CREATE ROLE auditor LOGIN"))
    postgresql.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor"), name)
    (folder / DATABASE).write_text(postgresql.url(name, user="auditor"))
    with reader(folder) as ledger:
        assert len(ledger.documents()) == 2
        assert ledger.verify_chain() == ()
    with writer(folder) as ledger, pytest.raises(RunError, match=r"L152.*has not the rights"):
        confirmed(ledger, many(1, month(1)))
    (folder / DATABASE).write_text(postgresql.url(name))


def test_another_ledger_s_database_is_refused(folder: Path, postgresql: Postgres) -> None:
    """A wrong URL leads to a sound ledger, and not to the one that the anchor knows."""
    places = Places(postgresql)
    with places.passing():
        other = places.new(folder / "other")
        for place, count in ((folder, 2), (other, 3)):
            with writer(place) as ledger:
                run(ledger, many(count))
        (folder / DATABASE).write_text(database_of(other))
        for opened in (reader, writer):
            with pytest.raises(RunError, match=r"L109.*another than the one that was written"), opened(folder):
                pass


ISSUES = """
import sys
from pathlib import Path
from tests.ledger.papers import TODAY, finish, writer
with writer(Path(sys.argv[1])) as ledger:
    print(len(ledger.issue(1, finish, TODAY, batch=2)))
"""


def test_processes_that_issue_one_plan_at_once_share_it(folder: Path) -> None:
    with writer(folder) as ledger:
        confirmed(ledger, many(40))
    command = [sys.executable, "-c", ISSUES, str(folder)]
    others = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counts = [int(other.communicate()[0]) for other in others]
    assert sum(counts) == 40
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()
        assert len(ledger.documents()) == 40


def test_the_anchor_never_goes_back(folder: Path) -> None:
    """Of two who committed, the first may be the last to say so."""
    anchor = folder / "ledger" / "anchor.json"

    class Meanwhile:
        """After its first commit and before its anchor, another writer commits."""

        def __init__(self) -> None:
            self.other: Ledger | None = None

        def __call__(self, point: Point) -> None:
            if point is Point.COMMITTED and self.other:
                other, self.other = self.other, None
                confirmed(other, many(3, month(1)))
                self.said = anchor.read_text()

    meanwhile = Meanwhile()
    with writer(folder, meanwhile) as slow, writer(folder) as quick:
        meanwhile.other = quick
        stored(slow, many(2))
        assert anchor.read_text() == meanwhile.said
    with reader(folder) as ledger:
        assert ledger.verify_chain() == ()


def test_nobody_sweeps_while_another_writes(folder: Path) -> None:
    with writer(folder):
        stray = folder / "ledger" / f"{STRAY}1"
        stray.write_text("half a file")
        with writer(folder):
            assert stray.exists()
    with writer(folder):
        assert not stray.exists()


def test_a_restored_database_is_refused_and_leaves_the_anchor(folder: Path, postgresql: Postgres) -> None:
    with writer(folder) as ledger:
        run(ledger, many(3))
    backup = postgresql.new(name_of(folder))
    with writer(folder) as ledger:
        run(ledger, many(3) + many(2, month(1)))
    anchor = (folder / "ledger" / "anchor.json").read_text()
    before, url = name_of(folder), database_of(folder)
    (folder / DATABASE).write_text(postgresql.url(backup))
    for opened in (reader, writer):
        with pytest.raises(RunError, match=r"L108.*older than the anchor.*backup"), opened(folder):
            pass
    assert (folder / "ledger" / "anchor.json").read_text() == anchor
    (folder / DATABASE).write_text(url)
    with writer(folder) as ledger:
        assert ledger.verify_chain() == ()
    postgresql.drop(backup)
    assert before == name_of(folder)


@pytest.mark.parametrize(
    ("point", "times"), [(Point.NUMBERS_TAKEN, 2), (Point.BILLED_INSERTED, 2), (Point.BEFORE_COMMIT, 4)]
)
def test_a_connection_that_is_cut_is_explained_and_the_same_ledger_goes_on(
    folder: Path, postgresql: Postgres, point: Point, times: int
) -> None:
    cut = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
    these = cut.format(sql.Literal(name_of(folder)))
    with writer(folder, Breaks(point, lambda: postgresql.execute(these), times)) as ledger:
        plan = confirmed(ledger, many(6))
        with pytest.raises(RunError) as refusal:
            ledger.issue(plan, finish, TODAY, batch=2)
        (problem,) = refusal.value.problems
        assert problem.code == "L155", problem
        assert "run the same command again" in problem.mend
        assert len(ledger.documents()) == 2
        assert len(ledger.issue(plan, finish, TODAY, batch=2)) == 4
        assert ledger.verify_chain() == ()


def test_a_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    server = servers.make()
    try:
        (tmp_path / DATABASE).write_text(server.url(server.new()))
        stops = Breaks(Point.DOCUMENTS_INSERTED, partial(server.stop, "immediate"), times=2)
        with writer(tmp_path, stops) as ledger:
            plan = confirmed(ledger, many(6))
            for code in ("L155", "L151"):
                with pytest.raises(RunError) as refusal:
                    ledger.issue(plan, finish, TODAY, batch=2)
                assert refusal.value.problems[0].code == code
            server.start()
            assert len(ledger.issue(plan, finish, TODAY, batch=2)) == 4
            assert ledger.verify_chain() == ()
        server.stop()
        with pytest.raises(RunError, match="L151"), reader(tmp_path):
            pass
        server.start()
        with reader(tmp_path) as ledger:
            assert len(ledger.documents()) == 6
    finally:
        servers.remove(server)


def test_one_who_waits_too_long_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invoicer.ledger.dialect.postgresql._LOCK_WAIT", "100ms")
    waits_too_long = pytest.raises(RunError, match=r"L101.*another run holds the database")
    with writer(folder) as one, writer(folder) as other, one._store.write(), waits_too_long:
        confirmed(other, many(1))


def test_commits_are_durable_whatever_the_server_says(folder: Path, postgresql: Postgres) -> None:
    name = sql.Identifier(name_of(folder))
    for setting, counts in (("off", "on"), ("remote_write", "remote_write")):
        postgresql.execute(sql.SQL(f"ALTER DATABASE {{}} SET synchronous_commit = {setting}").format(name))
        with writer(folder) as ledger, ledger._store.read() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == counts


def test_the_server_ends_with_the_session(tmp_path: Path) -> None:
    """Even when whoever uses it is killed."""
    script = (
        "import os, sys, time\nfrom pathlib import Path\nfrom tests.postgresql import shared\n"
        "with shared(Path(sys.argv[1])) as server:\n    print(server.folder, flush=True)\n    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        place = Path(user.stdout.readline().strip())
        user.kill()
    wait = threading.Event()
    for _ in range(200):
        if not place.exists():
            break
        wait.wait(0.05)
    assert not place.exists()


def test_what_is_read_is_one_state(folder: Path) -> None:
    with writer(folder) as ledger, reader(folder) as beside:
        with beside._store.read() as connection:
            count = "SELECT count(*) FROM plans"
            assert connection.exec_driver_sql(count).scalar() == 0
            confirmed(ledger, many(2))
            assert connection.exec_driver_sql(count).scalar() == 0
        assert len(beside.plans()) == 1
        with pytest.raises(RunError, match=r"L152.*takes no writes"), beside._store.read() as connection:
            connection.exec_driver_sql("DELETE FROM plans")


def test_what_a_doctor_asks(folder: Path) -> None:
    with writer(folder) as ledger:
        facts = dict(ledger.database_facts())
    assert re.fullmatch(r"\d+(\.\d+)+", facts.pop("version"))
    if not database_of(folder):
        assert facts == {"product": "SQLite", "quick_check": "ok"}
    else:
        assert facts.pop("product") == "PostgreSQL"
        assert set(facts) == {"fsync", "full_page_writes", "data_checksums"}
        assert set(facts.values()) <= {"on", "off"}

"""The cache of terms: what it brings back is what would be found again, whatever has changed and whatever became of it."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import invoicer
from invoicer.cache import FolderCache, framed, part_of
from invoicer.domain.contract import Source
from invoicer.language import Loaded, folder, judge, load, parse, user_cache
from invoicer.language.folder import code_version
from invoicer.language.pickling import from_bytes, to_bytes
from tests.keeping import Memory
from tests.quickly import law

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "good").glob("*.terms")) + sorted((HERE / "bad").glob("*.terms"))
TEXTS = {path.name: path.read_text("utf-8") for path in SAMPLES}
HEAD = """contract {0} "Acme Ltd"
  uses {1}
  seller hosting-nl
  customer {2}
  currency EUR
  agreed 2025-12-12
  term 12 months from 2026-01-01
  bill monthly in advance on day 1
  pay within 30 days
  supply {3}
charge seats as in {1}
  quantity 3 seats
"""
LIST = "price-list {}\n  version {}\n  currency EUR\ncharge seats\n  12.00 EUR per seat per month\n"
BASE = {
    "p.terms": LIST.format("prices", 1),
    "q.terms": LIST.format("others", 1),
    "a.terms": HEAD.format("a", "prices", "acme", "hosting"),
    "b.terms": HEAD.format("b", "others", "globex", "hosting"),
    "c.terms": HEAD.format("c", "prices", "acme", "hosting") + HEAD.format("d", "others", "acme", "hosting"),
}
IDS: dict[str, Any] = {
    "customers": {"acme", "globex"},
    "sellers": {"hosting-nl"},
    "kinds": {"hosting"},
    "series": {"NL-CPI"},
}


class Counted:
    """How often files were parsed and contracts judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parsed: list[str] = []
        self.judged: list[str] = []
        real_parse, real_judge = parse.parse, judge.judge

        def parsing(file: str, text: str) -> Any:
            self.parsed.append(file)
            return real_parse(file, text)

        def judging(document: Any, *rest: Any) -> Any:
            self.judged.append(document.id.text)
            return real_judge(document, *rest)

        monkeypatch.setattr(parse, "parse", parsing)
        monkeypatch.setattr(judge, "judge", judging)

    def since(self) -> tuple[list[str], list[str]]:
        """The files parsed and the contracts judged since it was asked last."""
        seen = sorted(self.parsed), sorted(self.judged)
        self.parsed.clear()
        self.judged.clear()
        return seen


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def read(files: dict[str, str], cache: Any, **ids: Any) -> Loaded:
    return load(files.items(), **{**IDS, **ids}, cache=cache)


# ------------------------------------------------------------------ the same as without


def change(files: dict[str, str], ids: dict[str, Any], memory: Memory, chance: random.Random) -> None:
    """One change of anything that the answer may depend on, or of the cache."""
    name = chance.choice(sorted(files))
    lines = files[name].split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(12):
        case 0:
            lines[at] = chance.choice(TEXTS[chance.choice(sorted(TEXTS))].split("\n"))
        case 1:
            del lines[at]
        case 2:
            lines.insert(at, "")
        case 3:
            words = lines[at].split(" ")
            words[chance.randrange(len(words))] = chance.choice(
                ["prices", "others", "acme", "globex", "a", "b", "1", "2", "seats", "9.00", "version 2", "EUR", "USD"]
            )
            lines[at] = " ".join(words)
        case 4 if len(files) > 1:
            del files[name]
            return
        case 5:
            files[chance.choice("prsx") + ".terms"] = LIST.format(
                chance.choice(["prices", "more"]), chance.randrange(3)
            )
        case 6:
            files[chance.choice("efg") + ".terms"] = chance.choice([*BASE.values(), *TEXTS.values()])
        case 7 | 8:
            kind = chance.choice(sorted(ids))
            known = set(ids[kind] or IDS[kind])
            known ^= {chance.choice(["acme", "globex", "acne", "hosting-nl", "hosting", "hostings", "other"])}
            ids[kind] = chance.choice([known, known, known, None])
            return
        case 9 if memory.kept:
            key = chance.choice(sorted(memory.kept))
            bytes_now = bytearray(memory.kept[key])
            bytes_now[chance.randrange(len(bytes_now))] ^= 1 << chance.randrange(8)
            memory.kept[key] = bytes(bytes_now)
            return
        case 10 if memory.kept:
            key, other = chance.choice(sorted(memory.kept)), chance.choice(sorted(memory.kept))
            memory.kept[key] = memory.kept[key][: chance.randrange(len(memory.kept[key]))]
            memory.kept.pop(other)
            return
        case _:
            first, *rest = list(files.items())
            files.clear()
            files.update([*rest, first])
            return
    files[name] = "\n".join(lines)


@law(25)
@given(st.integers(0, 2**32))
def test_whatever_changes_the_answer_is_that_of_a_run_without_cache(seed: int) -> None:
    chance = random.Random(seed)
    files, memory = dict(BASE), Memory()
    ids: dict[str, Any] = dict(IDS)
    for _ in range(8):
        cached = load(files.items(), **ids, cache=memory)
        assert cached == load(files.items(), **ids)
        assert list(cached.texts) == list(files)
        change(files, ids, memory, chance)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_comes_back_as_it_was_and_without_being_read(path: Path, counted: Counted) -> None:
    files = {path.name: TEXTS[path.name], "prices.terms": TEXTS["prices.terms"]}
    memory = Memory()
    fresh = read(files, memory)
    counted.since()
    assert read(files, memory) == fresh
    assert counted.since() == ([], [])


def test_bytes_hold_nothing_of_the_text_of_the_files() -> None:
    memory = Memory()
    text = BASE["a.terms"] + "# a remark that is in no value\n"
    read({**BASE, "a.terms": text}, memory)
    assert not any(b"a remark" in kept for kept in memory.kept.values())


# ------------------------------------------------------------------ what is read anew


def test_a_changed_price_list_concerns_the_contracts_that_use_it(counted: Counted) -> None:
    memory = Memory()
    read(BASE, memory)
    assert counted.since() == (sorted(BASE), ["a", "b", "c", "d"])
    read({**BASE, "p.terms": BASE["p.terms"].replace("12.00", "13.00")}, memory)
    assert counted.since() == (["p.terms"], ["a", "c"])
    read({**BASE, "q.terms": BASE["q.terms"] + "\n"}, memory)
    assert counted.since() == (["q.terms"], ["a", "b", "c", "d"])  # the other list has changed back
    read({**BASE, "z.terms": LIST.format("prices", 2)}, memory)
    assert counted.since() == (["z.terms"], ["a", "b", "c", "d"])
    read({**BASE, "z.terms": LIST.format("unheard-of", 2)}, memory)
    assert counted.since() == (["z.terms"], ["a", "c"])


def test_a_new_customer_concerns_the_contracts_whose_customer_is_not_known(counted: Counted) -> None:
    memory = Memory()
    files = {**BASE, "e.terms": HEAD.format("e", "prices", "glomex", "hosting")}
    assert "did you mean `globex`?" in [one.mend for one in read(files, memory).problems]
    counted.since()
    near = read(files, memory, customers={"acme", "globex", "glomexx"})
    assert counted.since() == ([], ["e"])
    assert "did you mean `glomexx`?" in [one.mend for one in near.problems]
    assert not read(files, memory, customers={"acme", "globex", "glomex"}).problems
    assert counted.since() == ([], ["e"])
    assert set(read(files, memory, customers={"acme"}).refused) == {"b", "e"}
    assert counted.since() == ([], ["b", "e"])


def test_a_second_contract_of_one_id_refuses_the_first_which_comes_back_without_it(counted: Counted) -> None:
    memory = Memory()
    read(BASE, memory)
    counted.since()
    assert set(read({**BASE, "e.terms": BASE["a.terms"]}, memory).refused) == {"a"}
    assert counted.since() == (["e.terms"], ["a", "a"])
    assert not read(BASE, memory).refused
    assert counted.since() == ([], ["a"])


def test_other_code_reads_everything_anew(counted: Counted) -> None:
    memory = Memory()
    read(BASE, memory)
    counted.since()
    memory.salt = "of other code"
    read(BASE, memory)
    assert counted.since() == (sorted(BASE), ["a", "b", "c", "d"])


def test_the_version_of_the_code_covers_every_module_that_reading_imports() -> None:
    script = (
        "import sys; from invoicer.language import load, render, user_cache; import invoicer.language.judge\n"
        "load([('a.terms', 'contract a')], cache=user_cache())\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('invoicer') and m.__file__))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(invoicer.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    home = Path(invoicer.__file__).parent
    imported = {Path(file).relative_to(home) for file in done.stdout.split()}
    assert {path.parts[0] for path in imported if len(path.parts) > 1} == {"language", "domain"}
    assert len(imported) > 40
    covered = folder.code_files(home)
    assert {home / path for path in imported} | {home / "language" / "grammar.lark"} <= set(covered)


# ------------------------------------------------------------------ bytes


class Trap:
    """What a pickle could do if it were trusted."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo caught",)


@pytest.mark.parametrize(
    "harm",
    [
        pickle.dumps(Trap()),
        pickle.dumps(Path("/")),
        b"cinvoicer.language.folder\nFolderCache\n.",
        b"cinvoicer.runs\nissue\n.",
        b"cos\nsystem\n.",
        b"chttp\nHTTPStatus\n.",  # an enum and a dataclass, but of others
        b"cinvoicer.engine.carry\nPool\n.",
        b"cthis\nZen\n.",  # which prints when it is imported
        b"",
        b"\x80\x05",
    ],
)
def test_nothing_but_values_comes_out_of_bytes(harm: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    assert from_bytes(harm, object) is None
    assert capfd.readouterr().out == ""


def test_parts_that_are_cut_or_damaged_are_none() -> None:
    data = framed("key", (b"one", b"", b"three"))
    assert [part_of("key", data, number) for number in range(3)] == [b"one", b"", b"three"]
    assert part_of("key", data, 3) is part_of("other", data, 0) is None
    for length in range(len(data)):
        assert part_of("key", data[:length], 2) is None
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 1
        assert part_of("key", bytes(damaged), 2) in (None, b"three")
    assert part_of("key", b"\xff" * 100, 2) is None


def test_a_source_is_kept_by_its_name() -> None:
    source = Source("a.terms", "text of the file", "0" * 64)
    data = to_bytes((source, source))
    assert b"text of" not in data
    assert from_bytes(data, tuple, lambda path: Source(path, "text of the file", "0" * 64)) == (source, source)
    assert from_bytes(data, tuple) is None


# ------------------------------------------------------------------ the folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "invoicer"


def entries(place: Path) -> Iterator[Path]:
    return (path for path in place.rglob("*") if path.is_file())


def test_the_folder_is_the_users_alone(home: Path, counted: Counted) -> None:
    fresh = read(BASE, user_cache())
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in entries(home / "terms")} == {0o600}
    counted.since()
    assert read(BASE, user_cache()) == fresh
    assert counted.since() == ([], [])


@pytest.mark.parametrize("mode", [0o770, 0o720, 0o702, 0o777])
def test_a_folder_that_others_could_write_to_is_not_used(home: Path, mode: int) -> None:
    home.mkdir(parents=True)
    home.chmod(mode)
    assert user_cache().salt == ""
    home.chmod(0o755)
    assert user_cache().salt
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_not_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(BASE, user_cache())
    cache = user_cache()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert user_cache().salt == ""
    key = next(entries(home / "terms")).name.partition(".")[0]
    assert cache.get(key) is None


def test_where_no_folder_can_be_everything_is_read_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert not read(BASE, user_cache()).problems


@pytest.mark.parametrize("harm", ["empty", "noise", "cut", "of another", "folder", "link", "pipe"])
def test_what_was_damaged_is_read_anew_and_replaced(home: Path, counted: Counted, harm: str) -> None:
    fresh = read(BASE, user_cache())
    kept = {path: path.read_bytes() for path in sorted(entries(home / "terms"))}
    others = [*list(kept)[1:], *list(kept)[:1]]
    for (path, content), other in zip(kept.items(), others, strict=True):
        path.unlink()
        match harm:
            case "empty":
                path.write_bytes(b"")
            case "noise":
                path.write_bytes(random.Random(1).randbytes(5000))
            case "cut":
                path.write_bytes(content[: len(content) // 2])
            case "of another":
                path.write_bytes(kept[other])
            case "folder":
                path.mkdir()
            case "link":
                path.symlink_to(other)
            case _:
                os.mkfifo(path)
    counted.since()
    assert read(BASE, user_cache()) == fresh
    assert counted.since()[0]
    if harm != "folder":
        assert read(BASE, user_cache()) == fresh
        assert counted.since() == ([], [])


def test_what_can_not_be_written_is_not_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    cache = user_cache()
    monkeypatch.setattr(os, "fdopen", full)
    assert not read(BASE, cache).problems
    assert not list(entries(home / "terms"))


def test_many_may_write_at_once(home: Path) -> None:
    fresh = read(BASE, Memory())
    answers: list[Loaded] = []

    def run() -> None:
        cache = user_cache()
        for _ in range(5):
            answers.append(read(BASE, cache))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [fresh] * 20
    assert not [path for path in entries(home / "terms") if path.suffix == ".new"]


def test_the_folder_stays_within_its_bounds_and_lets_go_of_the_oldest(tmp_path: Path) -> None:
    most = 16 * 10_000
    cache = FolderCache(tmp_path, "salt", most)
    old = [f"{number % 16:x}old{number:03}" for number in range(160)]
    for number, key in enumerate(old):
        cache.put(key, bytes(1000))
        day = 1_700_000_000 + number
        os.utime(tmp_path / key[0] / f"{key}.kept", (day, day))
    cache.tidy()
    assert cache.get(old[0]) == bytes(1000)  # wanted, so it is as if new
    for number in range(32):
        cache.put(f"{number % 16:x}new{number}", bytes(1000))
    cache.tidy()
    assert sum(path.stat().st_size for path in entries(tmp_path)) <= most
    assert cache.get(old[0]) and not cache.get(old[16])
    assert all(cache.get(f"{number % 16:x}new{number}") for number in range(32))


def test_what_is_too_large_for_a_shelf_is_not_kept(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, "salt", 16 * 1000)
    cache.put("a", bytes(251))
    cache.put("b", bytes(250))
    assert (cache.get("a"), cache.get("b")) == (None, bytes(250))


def test_what_a_killed_run_left_half_written_goes_after_a_day(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, "salt")
    cache.put("aa", b"1")
    fresh, stale = tmp_path / "a" / "fresh.new", tmp_path / "a" / "stale.new"
    for path in (fresh, stale):
        path.write_bytes(b"half")
    os.utime(stale, (time.time() - 90_000,) * 2)
    cache.put("ab", b"2")
    cache.tidy()
    assert fresh.exists() and not stale.exists()


def test_the_version_of_the_code_is_a_hash_of_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "language").mkdir()
    (tmp_path / "__init__.py").write_text("")
    source = tmp_path / "language" / "parse.py"
    versions = set()
    monkeypatch.setattr(invoicer, "__file__", str(tmp_path / "__init__.py"))
    for text in ("a = 1", "a = 2"):
        source.write_text(text)
        versions.add(code_version.__wrapped__())
    source.unlink()
    (tmp_path / "__init__.py").unlink()
    assert len(versions) == 2
    assert code_version.__wrapped__() == ""

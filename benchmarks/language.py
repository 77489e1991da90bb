"""How fast terms are read, from scratch and from the cache, and how hostile texts grow.

    python benchmarks/language.py [--contracts 10000] [--size 200000] [--family NAME]

Every figure is processor time, so a busy machine harms all alike, and stands beside a peer that is measured in the same run:
the cache beside the parser, the start of a command beside an empty Python and `import lark`, a text of 200 kB beside one of
half its size.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from invoicer import language, workspace
from invoicer.cli import COLLECTOR
from invoicer.language.parse import parse
from tests.language.hostile import FAMILIES

ROOT = Path(__file__).resolve().parent.parent
KNOWN: dict[str, Any] = {"customers": {"acme"}, "sellers": {"hosting-nl"}, "kinds": {"electronic-service"}}
PRICE_LISTS = 20
MANIFEST = '[[source]]\nfiles = "calls.csv"\nmeters = ["api-calls"]\ncomplete_through = 2026-12-31\n'
SCRIPTS = {
    "parse": f"""
import gc, sys
gc.set_threshold{COLLECTOR}
from pathlib import Path
from typing import Any
from invoicer.language import read
from invoicer.language.parse import parse
for path in Path(sys.argv[2]).rglob("*.terms"):
    parse(path.name, read(path, path.name))
""",
    "load": f"""
import gc, sys
gc.set_threshold{COLLECTOR}
from pathlib import Path
from typing import Any
from invoicer import language, runs, workspace
space = workspace.load(Path(sys.argv[2]))
texts, _ = runs.read_terms([*space.price_list_files, *space.contract_files])
ids = dict(customers=space.customer_ids, sellers=space.sellers, kinds=space.settings.supply, series=space.index_names)
assert not language.load(texts, **ids, cache=language.user_cache()).refused
""",
    "check": "from invoicer.cli import main; main()",
}
"""What is measured in processes of their own."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--contracts", type=int, default=10_000, help="how many contracts the workspace has")
    arguments.add_argument("--size", type=int, default=200_000, help="characters of the larger hostile texts")
    arguments.add_argument("--family", action="append", help="only families with this in their name (repeatable)")
    chosen = arguments.parse_args()
    gc.set_threshold(*COLLECTOR)
    with tempfile.TemporaryDirectory(prefix="invoicer-bench-") as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        if not chosen.family:
            sizes()
            many(Path(folder) / "many", chosen.contracts)
            cold(Path(folder) / "one")
    hostile(chosen.size, chosen.family or [""])


# ------------------------------------------------------------------ contracts


def contract(number: int) -> str:
    """A contract of about 70 lines."""
    return f"""contract customer-{number} "Managed cluster {number}"
  uses prices-{number % PRICE_LISTS} version 1
  seller my-company
  customer {("acme", "jansen")[number % 2]}
  purchase order "PO-{number}"
  currency EUR
  agreed 2025-12-12
  term 24 months from 2026-01-01
  renews for 12 months, notice 90 days
  bill monthly in advance on day 1
  prorate by-days
  pay within 30 days
  supply hosting

charge seats as in prices-{number % PRICE_LISTS}
  quantity {number % 90 + 1} seats
charge platform-fee "Platform fee"
  {450 + number % 100}.00 EUR per month
  from 2026-04-01 {480 + number % 100}.00 EUR per month
  clause "4.1"
charge onboarding "Onboarding"
  2 500.00 EUR once
charge api "API calls"
  usage of api-calls
  bill monthly in arrears
  graduated per month
    up to 100 000      free
    up to 1 000 000    0.0020 EUR each
    above              0.0015 EUR each
  minimum 50.00 EUR per month
  maximum 5 000.00 EUR per month
charge support "Support"
  quantity 60 desks
  15.00 EUR per desk per month when quantity less than 50
  13.50 EUR per desk per month when quantity between 50 to 199
  12.00 EUR per desk per month otherwise
charge domain "Domain example-{number}.nl"
  starts 2026-02-28
  18.00 EUR per year
  bill annually in advance on anniversary
  no refund

meter api-calls "API calls"
  sum of calls
  only status less than 500

discount launch "Launch discount"
  20% off platform-fee, seats
  for first 6 months
discount welcome "Welcome"
  100.00 EUR off everything once
discount scale "Scale"
  volume on api
    up to 1 000.00 EUR 0%
    above 5%

amendment 1 from 2026-07-01 agreed 2026-05-12 "Side letter 1"
  reference "SL-{number}"
  change platform-fee to 520.00 EUR per month
  change seats quantity to {number % 90 + 20} seats
  change api minimum to 80.00 EUR per month

amendment 2 from 2026-10-01 agreed 2026-08-30 "Side letter 2"
  change support quantity to 70 desks
  charge backup "Backup"
    25.00 EUR per month
"""


def price_list(number: int, price: str = "12.00") -> str:
    """A price list that contracts are as in."""
    return f"""price-list prices-{number}
  version 1
  currency EUR
  agreed 2025-10-01

charge seats "Support seats"
  {price} EUR per seat per month
  included {number} seats
"""


def sizes() -> None:
    """Files of several sizes: one contract, and several to a file."""
    parse("warm", contract(0))  # the grammar is built once
    print("One file, from scratch and from the cache, ms of processor time")
    print(f"  {'lines':>6} {'kB':>6} {'parse':>8} {'load':>8} {'cached':>8}   parse ÷ cached")
    for contracts in (1, 3, 10, 30, 100):
        text = "".join(map(contract, range(contracts)))
        files = [("a.terms", text), *((f"p{n}.terms", price_list(n)) for n in range(PRICE_LISTS))]
        ids: dict[str, Any] = {"customers": {"acme", "jansen"}, "sellers": {"my-company"}, "kinds": {"hosting"}}
        kept = language.user_cache()
        language.load(files, **ids, cache=kept)
        alone = spent(lambda text=text: parse("a.terms", text))  # type: ignore[misc]
        loaded = spent(lambda files=files, ids=ids: language.load(files, **ids))  # type: ignore[misc]
        cached = spent(lambda files=files, ids=ids: language.load(files, **ids, cache=language.user_cache()))  # type: ignore[misc]
        lines, size = text.count("\n"), len(text) / 1000
        row = (alone * 1000, loaded * 1000, cached * 1000)
        print(f"  {lines:6} {size:6.1f} {row[0]:8.1f} {row[1]:8.1f} {row[2]:8.1f}   {alone / cached:.1f} ×")


def many(folder: Path, count: int) -> None:
    """A workspace of many contracts: all parsed, loaded for the first time, and loaded again; after changes, too."""
    workspace.new_workspace(folder)
    shutil.rmtree(folder / "contracts")
    for name in ("contracts", "price-lists"):
        (folder / name).mkdir(exist_ok=True)
    for number in range(count):
        (folder / "contracts" / f"customer-{number}.terms").write_text(contract(number), "utf-8")
    for number in range(PRICE_LISTS):
        (folder / "price-lists" / f"prices-{number}.terms").write_text(price_list(number), "utf-8")
    (folder / "usage").mkdir(exist_ok=True)
    (folder / "usage" / "manifest.toml").write_text(MANIFEST, "utf-8")
    (folder / "usage" / "calls.csv").write_text("event,contract,meter,at,calls,status\n", "utf-8")
    lines = contract(0).count("\n")
    print(f"\n{count} contracts of {lines} lines, s of processor time, each in a process of its own")
    parsing = child("parse", folder)
    rows = [
        ("all parsed, nothing else", parsing),
        ("loaded, nothing cached", child("load", folder)),
        ("loaded from the cache", child("load", folder)),
    ]
    (folder / "price-lists" / "prices-0.terms").write_text(price_list(0, "12.50"), "utf-8")
    rows.append((f"… with a changed price list (1 of {PRICE_LISTS})", child("load", folder)))
    with (folder / "customers.csv").open("a", encoding="utf-8") as customers:
        customers.write("new,New B.V.,business,,Dorpsstraat 3,2312 BC,Leiden,,NL,nl,,,,,,,2025-12-01,2025-12-01\n")
    rows.append(("… with a new customer", child("load", folder)))
    rows.append(("invoicer check, whole, from the cache", child("check", folder)))
    for name, seconds in rows:
        print(f"  {name:<42} {seconds:8.2f}   {parsing / seconds:6.2f} × the speed of parsing")


def cold(folder: Path) -> None:
    """The start of a command on a small workspace, beside what Python itself takes."""
    workspace.new_workspace(folder)
    child("check", folder)  # builds the grammar's parser
    python = [sys.executable, "-c"]
    print("\nA fresh process, ms of processor time (best of 7)")
    for code in ("pass", "import lark"):
        print(f"  {f'python -c {code!r}':<42} {fresh([*python, code]):8.0f}")
    check = [*python, SCRIPTS["check"], "-w", str(folder), "check"]
    terms = folder / "contracts" / "acme-2026.terms"
    text = terms.read_text("utf-8")

    def edited(number: int) -> None:
        terms.write_text(f"{text}# edit {number}\n", "utf-8")

    print(f"  {'invoicer check, one contract, edited':<42} {fresh(check, edited):8.0f}")
    print(f"  {'invoicer check, one contract, cached':<42} {fresh(check):8.0f}")


# ------------------------------------------------------------------ hostile texts


def hostile(size: int, only: Sequence[str]) -> None:
    """Texts that try to make reading slow, of one size and of half of it."""
    print(
        f"\nHostile texts, s of processor time to load them and show their problems: {size // 2000} kB, {size // 1000} kB"
    )
    worst = ("", 0.0)
    for name, text in FAMILIES.items():
        if any(part in name for part in only):
            half, whole = read_and_show(text(size // 2), text(size))
            ratio = whole / half if whole > 0.05 else 1.0  # below that the clock is too coarse
            worst = max(worst, (name, ratio), key=lambda one: one[1])
            print(f"  {name:<42} {half:8.2f} {whole:8.2f}   {ratio:.2f} ×", flush=True)
    print(f"  the worst: {worst[0]}, {worst[1]:.2f} ×")


def read_and_show(*texts: str) -> list[float]:
    """Processor time of loading each text and of showing its problems, the best of four. They take turns, so that what else
    the machine does meanwhile harms all alike."""

    def work(text: str) -> None:
        loaded = language.load([("a.terms", text)], **KNOWN)
        for problem in loaded.problems[:1000]:
            language.render(problem, loaded.texts)

    rounds = [[spent(lambda text=text: work(text), 1) for text in texts] for _ in range(4)]  # type: ignore[misc]
    return [min(times) for times in zip(*rounds, strict=True)]


# ------------------------------------------------------------------ measuring


def spent(work: Callable[[], object], times: int = 3) -> float:
    """Processor time of the work in seconds, the best of some times."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def fresh(command: Sequence[str], before: Callable[[int], None] = lambda _: None, times: int = 7) -> float:
    """Processor time of a command in a process of its own in ms, the best of some times."""
    best = float("inf")
    for number in range(times):
        before(number)
        with children() as used:
            subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
        best = min(best, next(used))
    return best * 1000


def child(what: str, folder: Path) -> float:
    """Processor time of a piece of work on a workspace in a process of its own, in seconds."""
    with children() as used:
        command = [sys.executable, "-c", SCRIPTS[what], "-w", str(folder), "check"]
        subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    return next(used)


@contextmanager
def children() -> Iterator[Iterator[float]]:
    """The processor time that child processes take meanwhile."""

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    yield (used() - before for _ in range(1))


if __name__ == "__main__":
    main()

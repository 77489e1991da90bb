"""How the time of a plan grows with the contracts, and what planning again takes after one change.

    python benchmarks/plan.py [--contracts 250 500 1000] [--months 24]

Each size is a workspace of its own with that many months of history (benchmarks/crowd.py), in a process of its own. Figures
are processor time. "First" is reading the terms and planning, with nothing kept from before; "again" is the same after the
price in one contract was changed. The peer of each size is the smallest one: at the same milliseconds a contract, time is
linear.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import crowd
from invoicer import runs
from invoicer.cli import COLLECTOR
from invoicer.domain.period import add_months


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--contracts", type=int, nargs="+", default=[250, 500, 1_000], help="sizes of workspaces")
    arguments.add_argument("--months", type=int, default=24, help="months of history")
    arguments.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.make:
        crowd.make(chosen.make, chosen.contracts[0])
        crowd.make_history(chosen.make, chosen.months)
        return
    if chosen.measure:
        print(json.dumps(measured(chosen.measure, chosen.months)))
        return
    print(f"Planning after {chosen.months} months of history, s of processor time")
    print(f"  {'contracts':>9} {'first':>8} {'ms each':>8} {'÷ least':>8} {'again':>8} {'÷ first':>8} {'peak MB':>8}")
    least = 0.0
    for size in chosen.contracts:
        first, again, peak = of_size(size, chosen.months)
        each = first / size * 1000
        least = least or each
        row = f"{first:8.1f} {each:8.1f} {each / least:8.2f} {again:8.1f} {again / first:7.0%} {peak:8.0f}"
        print(f"  {size:9} {row}", flush=True)


def of_size(size: int, months: int) -> tuple[float, float, float]:
    """Seconds of the first plan, seconds of planning again after a change, and the higher peak of memory in MB. The
    workspace is made, and each plan is, in a process of its own. This one stays small: a process begins with the peak of
    the one that started it."""
    with tempfile.TemporaryDirectory(prefix="invoicer-bench-") as folder:
        space = Path(folder) / "space"
        command = [sys.executable, __file__, "--months", str(months)]
        make = [*command, "--contracts", str(size), "--make", str(space)]
        subprocess.run(make, check=True, env={**os.environ, "XDG_CACHE_HOME": f"{folder}/cache"})
        figures: list[tuple[float, float]] = []
        for change in (False, True):
            if change:
                path = space / "contracts" / f"{crowd.name(1)}.terms"
                path.write_text(path.read_text("utf-8").replace("12.00 EUR per seat", "12.50 EUR per seat"), "utf-8")
            elsewhere = {**os.environ, "XDG_CACHE_HOME": f"{folder}/other-cache"}
            measure = [*command, "--measure", str(space)]
            done = subprocess.run(measure, capture_output=True, text=True, check=True, env=elsewhere)
            figures.append(json.loads(done.stdout))
    (first, peak), (again, other) = figures
    return first, again, max(peak, other)


def measured(space: Path, months: int) -> tuple[float, float]:
    """Seconds to read a workspace and to plan the month after its history, and the peak of memory in MB."""
    gc.set_threshold(*COLLECTOR)
    begun = time.process_time()
    day = add_months(crowd.START, months)
    desk = replace(runs.open_desk(space), memory=runs.user_memory)
    with crowd.ledger_of(desk) as book:
        plan = runs.plan(desk, book, day, day).plan
        assert len(plan.drafts) >= len(desk.contracts), plan.holds
    return time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

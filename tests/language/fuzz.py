"""Random input for everything that reads terms: each text follows from a seed and a number, so one can be had again alone.

PYTHONPATH=. python -m tests.language.fuzz SEED NUMBER        # shows the text and looks at it
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from invoicer.errors import Severity, TermsError
from invoicer.language import Code, decode, formatted, load, render
from invoicer.language.grammar import parser
from tests.language.samples import heading
from tests.language.scribbling import LITERALS, Scribble, random_terms, splintered

HERE = Path(__file__).parent
SAMPLES = [path.read_text("utf-8") for path in sorted(HERE.glob("good/*.terms")) + sorted(HERE.glob("bad/*.terms"))]
LINES = sorted({line for text in SAMPLES for line in text.split("\n")})
WORDS = sorted({word for line in LINES for word in line.split()})
KEYWORDS: list[str] = sorted(t.pattern.value for t in parser().terminals if t.pattern.type == "str")
ODD: list[str] = [
    *"\"'“€#,:()\t\u00a0\u202f\x00\u202e\u200b\u2028\r\f\\%-.",
    "1.300",
    "1,300",
    "12/03/2026",
    "\ufeff",
    "é",
    "漢",
    "9" * 30,
]
HEAD = heading("a", "A", "24 months from 2026-01-01")
KNOWN: dict[str, Any] = {
    "customers": {"acme", "globex"},
    "sellers": {"hosting-nl"},
    "kinds": {"electronic-service", "motor-insurance"},
}


def look_at(seed: int, number: int) -> None:
    """Make one input and look at everything that holds of any input."""
    data = made(seed, number)
    if isinstance(data, str):
        about(data)
        return
    try:
        text = decode(data, "a.terms")
    except TermsError as error:
        assert error.problems and all(one.cause and one.mend and one.where.file for one in error.problems)
    else:
        about(text)


def about(text: str) -> None:
    """Nothing is raised, every problem can be shown and mended, what has no error resolves, and the layout is stable."""
    loaded = load([("a.terms", text)], **KNOWN)
    lines = text.split("\n")
    for problem in loaded.problems:
        assert problem.cause and problem.mend
        assert Code[problem.code].value.severity is problem.severity
        where = problem.where
        assert where.file == "a.terms" and 1 <= where.line <= where.end_line <= len(lines) + 1
        assert 1 <= where.column <= len(lines[min(where.line, len(lines)) - 1]) + 2
    for problem in loaded.problems[:3]:
        assert render(problem, loaded.texts).startswith(f"{problem.severity}[{problem.code}]")
    for contract in loaded.contracts:
        assert contract.id not in loaded.refused and contract.charges is not None
    for errors in loaded.refused.values():
        assert errors and set(errors) <= set(loaded.problems)
        assert all(error.severity is Severity.ERROR for error in errors)
    try:
        layout = formatted(text, "a.terms")
    except TermsError as error:
        assert error.problems
    else:
        assert formatted(layout, "a.terms") == layout


def made(seed: int, number: int) -> str | bytes:
    """The input of a seed and a number: mostly small ones, for there are many."""
    chance = random.Random(f"{seed} {number}")
    ways: list[Callable[[random.Random], str | bytes]] = [
        soup,
        soup,
        damaged,
        damaged,
        spliced,
        spliced,
        grown,
        scribbled,
        noise,
    ]
    return chance.choice(ways)(chance)


def soup(chance: random.Random) -> str:
    """Words of the language, literals and odd signs in any order."""

    def word() -> str:
        match chance.randrange(8):
            case 0:
                return "\n  "
            case 1:
                return str(chance.choice(LITERALS[chance.choice(sorted(LITERALS))]))
            case 2:
                return chance.choice(WORDS)
            case 3 if chance.random() < 0.3:
                return chance.choice(ODD)
            case _:
                return chance.choice(KEYWORDS)

    start = chance.choice(["", HEAD, HEAD + "charge x\n  ", "price-list p\n", "contract a\n"])
    return start + " ".join(word() for _ in range(chance.randrange(1, 25)))


def damaged(chance: random.Random) -> str:
    """A piece of a sample with letters, words or lines changed."""
    text = piece(chance)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(6):
            case 0:
                text = text[:at] + chance.choice(ODD) + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randrange(1, 4) :]
            case 2:
                text = text[:at] + chance.choice([*WORDS, *KEYWORDS]) + " " + text[at:]
            case 3:
                text = splintered(chance, text) if text.strip() else text
            case _:
                words = text.split(" ")
                words[chance.randrange(len(words))] = chance.choice([*WORDS, *KEYWORDS])
                text = " ".join(words)
    return text


def spliced(chance: random.Random) -> str:
    """Lines of all samples behind a heading, each of them good somewhere."""
    return HEAD + "\n".join(chance.choice(LINES) for _ in range(chance.randrange(1, 14))) + "\n"


def grown(chance: random.Random) -> str:
    """Terms made from the rules of the grammar."""
    return chance.choice(["", HEAD]) + random_terms(chance, chance.randrange(1, 6))


def scribbled(chance: random.Random) -> str:
    """A sample with other spaces, commas, line ends and comments."""
    text = chance.choice(SAMPLES)
    try:
        rewritten: str = Scribble(chance).rewrite(text)
        return rewritten
    except ValueError:  # it can't be taken apart into words
        return text


def noise(chance: random.Random) -> bytes:
    """Bytes: any, or those of a piece of a sample with some changed."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(60))
    data = bytearray(
        piece(chance).encode(chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"]), "replace")
    )
    for _ in range(chance.randrange(3)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def piece(chance: random.Random) -> str:
    """Some lines of a sample that follow each other, now and then all of it, often behind a contract's heading."""
    lines = chance.choice(SAMPLES).split("\n")
    if chance.random() < 0.1:
        return "\n".join(lines)
    first = chance.randrange(len(lines))
    return chance.choice(["", HEAD]) + "\n".join(lines[first : first + chance.randrange(1, 12)]) + "\n"


if __name__ == "__main__":
    print(made(int(sys.argv[1]), int(sys.argv[2])))  # noqa: T201
    look_at(int(sys.argv[1]), int(sys.argv[2]))

"""The terms in the documentation, in the one layout: ``python -m tests.docs.layout`` writes them so."""

from __future__ import annotations

from invoicer.language import formatted
from tests.docs.pages import PAGES, apart, blocks, whole

_FRAME = "contract example\n"


def laid_out(terms: str) -> str:
    """An example as it is to stand on its page. The lines of a contract that are shown without it are not indented."""
    if whole(terms) == terms:
        return formatted(terms, "example")
    lines, below = apart(terms)
    own = formatted(_FRAME + "\n".join(f"  {line}" for line in lines), "example").removeprefix(_FRAME)
    rest = formatted(_FRAME + "\n".join(below), "example").removeprefix(_FRAME).removeprefix("\n")
    return "\n".join(part for part in ("".join(line[2:] for line in own.splitlines(keepends=True)), rest) if part)


def main() -> None:
    """Lay out the fences of all pages."""
    for page in PAGES:
        lines = page.read_text("utf-8").splitlines()
        for block in reversed([block for block in blocks(page) if block.kind == "terms"]):
            lines[block.line : block.line + block.text.count("\n")] = laid_out(block.text).splitlines()
        page.write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()

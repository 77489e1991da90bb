"""render: what the machine has to bring along: a font family whose digits align, and the fast way to cut fonts to size."""

from __future__ import annotations

from weasyprint.text.ffi import ffi, fontconfig, harfbuzz_subset

from invoicer.errors import Place, Problem, Severity

# As in paper.css. In each of them all digits are equally wide, and the letters of the Baltic and Nordic languages exist.
FAMILIES = ("Open Sans", "Noto Sans", "DejaVu Sans")


def missing_parts() -> tuple[Problem, ...]:
    """Warnings about what this machine lacks: R017 a font family, R018 the subset library; empty where all is there."""
    problems = []
    if not installed_families() & set(FAMILIES):
        problems.append(
            Problem(
                "R017",
                Place(part="fonts"),
                f"none of the font families {', '.join(FAMILIES)} is installed: documents look different from what is meant",
                "install the package fonts-open-sans",
                Severity.WARNING,
            )
        )
    if harfbuzz_subset is None:
        problems.append(
            Problem(
                "R018",
                Place(part="libharfbuzz-subset"),
                "the library that cuts fonts to size is missing: rendering takes about three times as long",
                "install the package libharfbuzz-subset0",
                Severity.WARNING,
            )
        )
    return tuple(problems)


def installed_families() -> set[str]:
    """The names of all font families that pages can be set in here, as fontconfig lists them."""
    configuration = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    fonts = fontconfig.FcConfigGetFonts(configuration, fontconfig.FcSetSystem)
    name = ffi.new("FcChar8 **")
    families: set[str] = set()
    for index in range(fonts.nfont):
        position = 0
        while fontconfig.FcPatternGetString(fonts.fonts[index], b"family", position, name) == 0:  # FcResultMatch
            families.add(ffi.string(ffi.cast("char *", name[0])).decode(errors="replace"))
            position += 1
    return families

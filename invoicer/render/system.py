"""render: what the machine has to bring along: a font family whose digits align, and the fast way to cut fonts to size.

Both libraries are asked directly, by the names under which WeasyPrint loads them: importing it for that takes longer than
all other checks together.
"""

from __future__ import annotations

import ctypes

from invoicer.errors import Place, Problem, Severity

# As in paper.css. In each of them all digits are equally wide, and the letters of the Baltic and Nordic languages exist.
FAMILIES = ("Open Sans", "Noto Sans", "DejaVu Sans")

FONTCONFIG = ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll")
HARFBUZZ_SUBSET = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll")
_SYSTEM_FONTS, _FOUND = 0, 0  # FcSetSystem, FcResultMatch of fontconfig.h


class _FontSet(ctypes.Structure):  # FcFontSet of fontconfig.h
    _fields_ = (("count", ctypes.c_int), ("space", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p)))


def missing_parts() -> tuple[Problem, ...]:
    """Warnings about what this machine lacks: R017 a font family, R018 the subset library; empty where all is there."""
    problems = []
    if not usable_families():
        problems.append(
            Problem(
                "R017",
                Place(part="fonts"),
                f"none of the font families {', '.join(FAMILIES)} is installed: documents look different from what is meant",
                "install the package fonts-open-sans",
                Severity.WARNING,
            )
        )
    if _library(HARFBUZZ_SUBSET) is None:
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


def usable_families() -> tuple[str, ...]:
    """Those of the families that documents are meant for which are installed here, the preferred one first."""
    found = installed_families()
    return tuple(name for name in FAMILIES if name in found)


def installed_families() -> set[str]:
    """The names of all font families that pages can be set in here, as fontconfig lists them; none without fontconfig."""
    library = _library(FONTCONFIG)
    if library is None:
        return set()
    library.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    library.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    library.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    text = ctypes.c_char_p
    library.FcPatternGetString.argtypes = (ctypes.c_void_p, text, ctypes.c_int, ctypes.POINTER(text))
    library.FcConfigDestroy.argtypes = (ctypes.c_void_p,)
    configuration = library.FcInitLoadConfigAndFonts()
    families: set[str] = set()
    try:
        fonts = library.FcConfigGetFonts(configuration, _SYSTEM_FONTS)
        name = text()
        for index in range(fonts.contents.count if fonts else 0):
            position = 0
            while library.FcPatternGetString(fonts.contents.fonts[index], b"family", position, name) == _FOUND:
                families.add((name.value or b"").decode(errors="replace"))
                position += 1
    finally:
        library.FcConfigDestroy(configuration)
    return families


def _library(names: tuple[str, ...]) -> ctypes.CDLL | None:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None

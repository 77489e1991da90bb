"""tests of time lines: where the texts of an SVG picture lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

from invoicer.render.chart.lettering import width

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Box:
    """A text with the rectangle that it fills, from a little above its capitals to below its descenders."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def own_text(element: ElementTree.Element) -> str:
    """What a text element shows: not its tool tip."""
    tips = [child.tail or "" for child in element if child.tag == f"{SVG}title"]
    return (element.text or "") + "".join(tips)


def boxes(svg: str) -> list[Box]:
    """The boxes of all texts of a picture."""
    found = []
    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        text, size = own_text(element), float(element.attrib["font-size"])
        long = width(text, size, bold="font-weight" in element.attrib)
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        left = {"start": x, "middle": x - long / 2, "end": x - long}[element.get("text-anchor", "start")]
        found.append(Box(text, left, y - 0.76 * size, left + long, y + 0.24 * size))
    return found


def faults(svg: str) -> list[str]:
    """Texts that lie on each other or outside of the picture, and shapes outside of it."""
    root = ElementTree.fromstring(svg)
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    texts = boxes(svg)
    found = [
        f"“{box.text}” lies outside"
        for box in texts
        if not (box.left >= 0 and box.top >= 0 and box.right <= wide and box.bottom <= high)
    ]
    found += [f"“{one.text}” lies on “{other.text}”" for one, other in combinations(texts, 2) if one.meets(other)]
    for element in root.iter():
        numbers = [float(element.attrib[name]) for name in ("x", "x1", "x2") if name in element.attrib]
        heights = [float(element.attrib[name]) for name in ("y", "y1", "y2") if name in element.attrib]
        for corner in element.get("points", "").split():
            numbers.append(float(corner.split(",")[0]))
            heights.append(float(corner.split(",")[1]))
        if element.tag == f"{SVG}rect":
            numbers.append(numbers[0] + float(element.attrib["width"]))
            heights.append(heights[0] + float(element.attrib["height"]))
        if any(not 0 <= x <= wide for x in numbers) or any(not 0 <= y <= high for y in heights):
            found.append(f"{element.tag} {element.attrib} lies outside")
    return found

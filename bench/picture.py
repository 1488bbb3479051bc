"""The results as a picture that can be read on a light and on a dark page: it brings its own background."""

from typing import Any
from xml.etree import ElementTree as ET

from bench.bodies import BODIES
from bench.goals import Judged
from bench.results import Results
from bench.words import WAYS

WIDTH, LABELS, RIGHT = 920, 370, 120
LINE, BAR, GAP = 24, 15, 26
INK, FAINT, PAPER, RULE = "#1f2933", "#5f6b7a", "#ffffff", "#c3ccd6"
OTHERS, OURS, MISSED = "#8fa3b8", "#1f6fb2", "#c2571a"
SOURCE = "CPU of one send, each on one keep-alive connection; measured by `make bench`"


def draw(results: Results, goals: list[Judged]) -> str:
    """Draw bars for the ways of sending each body, and for the goals."""
    canvas = _Canvas()
    if "sends" in results:
        for name, ways in results["sends"]["bodies"].items():
            canvas.title(f"{BODIES[name].means}: CPU of a send, relative to bare httpx (bytes ready)")
            figures = {way: took["cpu_to_httpx"] for way, took in ways.items()}
            for way, figure in figures.items():
                colour = OURS if way.startswith("laaffic") else OTHERS
                canvas.bar(WAYS[way], figure, max(figures.values()), f"{figure:.2f}", colour)
    canvas.title("Goals: what was measured, relative to the limit, which is the line")
    for judged in goals:
        used = _used(judged)
        if used is not None and judged.measured is not None:
            text = f"{judged.written(judged.measured)}, goal {judged.wanted}"
            colour = OURS if judged.missed_by <= 0 else MISSED
            canvas.bar(judged.goal.about, used, 2.0, text, colour, line_at=1.0)
    return canvas.written(_measured_on(results))


def _used(judged: Judged) -> float | None:
    """Return how much of its limit a figure uses up, at most twice; above 1 is missed."""
    if not judged.measured:
        return None
    share = judged.measured / judged.goal.limit
    return min(1 / share if judged.goal.sense == "at least" else share, 2.0)


def _measured_on(results: Results) -> str:
    told: Any = next(iter(results.values()))
    machine = told["machine"]
    return f"{machine['processor']}, {machine['cores']} cores, {machine['python']}, {told['date']}"


class _Canvas:
    def __init__(self) -> None:
        self._svg = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
        self._paper = ET.SubElement(self._svg, "rect", x="0", y="0", fill=PAPER)
        self._y = 8

    def title(self, words: str) -> None:
        self._y += GAP
        self._text(16, self._y, words, INK, size=13, weight="bold")
        self._y += 10

    def bar(
        self, label: str, figure: float, most: float, written: str, colour: str, *, line_at: float | None = None
    ) -> None:
        room = WIDTH - LABELS - RIGHT
        length = max(figure / most * room, 1)
        middle = self._y + LINE / 2 + 4
        self._text(LABELS - 10, middle, label, INK, anchor="end")
        self._shape("rect", x=LABELS, y=self._y + (LINE - BAR) / 2, width=length, height=BAR, fill=colour, rx=2)
        if line_at is not None:
            at = LABELS + line_at / most * room
            self._shape("line", x1=at, x2=at, y1=self._y, y2=self._y + LINE, stroke=INK)
        self._text(LABELS + length + 8, middle, written, FAINT)
        self._y += LINE

    def written(self, measured_on: str) -> str:
        self._y += GAP
        self._text(16, self._y, f"{SOURCE}, on {measured_on}", FAINT, size=10)
        height = self._y + 16
        for element, sizes in ((self._svg, {"viewBox": f"0 0 {WIDTH} {height}"}), (self._paper, {"rx": "8"})):
            element.attrib.update({"width": str(WIDTH), "height": str(height), **sizes})
        ET.indent(self._svg)
        return ET.tostring(self._svg, encoding="unicode") + "\n"

    def _text(
        self,
        x: float,
        y: float,
        words: str,
        fill: str,
        *,
        anchor: str = "start",
        size: int = 11,
        weight: str = "normal",
    ) -> None:
        family = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
        style: dict[str, float | str] = {
            "text-anchor": anchor,
            "font-size": size,
            "font-weight": weight,
            "font-family": family,
        }
        self._shape("text", x=x, y=y, fill=fill, **style).text = words

    def _shape(self, kind: str, **attributes: float | str) -> ET.Element:
        written = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in attributes.items()}
        return ET.SubElement(self._svg, kind, written)

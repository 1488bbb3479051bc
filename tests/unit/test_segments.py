"""Segments of a text: by the standard's figures, by a plain count, and beside the npm package of Twilio."""

import json
import shutil
import subprocess
import typing
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laaffic._model.segments import Segments, segments

ROOT = Path(__file__).parents[2]
NPM = ROOT / "tools" / "node_modules" / "sms-segments-calculator"
Counted = tuple[typing.Literal["GSM-7", "UCS-2"], int, int, int]
ESCAPED = "\f^{}\\[~]|€"
# Characters that no other joins: the npm package keeps whole what a reader sees as one character (see below).
GSM_TEXTS = st.text(st.sampled_from(ESCAPED + "aZ0 \n\r@Çà"), max_size=500)
WIDE_TEXTS = st.text(st.sampled_from("ж中a€😀🂡^"), max_size=300)
TEXTS = GSM_TEXTS | WIDE_TEXTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 1, 0, 160)),
        ("a" * 160, ("GSM-7", 1, 160, 0)),
        ("a" * 161, ("GSM-7", 2, 161, 145)),
        ("a" * 306, ("GSM-7", 2, 306, 0)),
        ("a" * 307, ("GSM-7", 3, 307, 152)),
        ("€" * 80, ("GSM-7", 1, 160, 0)),
        ("a" * 159 + "€", ("GSM-7", 2, 161, 145)),
        ("ж" * 70, ("UCS-2", 1, 70, 0)),
        ("ж" * 71, ("UCS-2", 2, 71, 63)),
        ("ж" * 134, ("UCS-2", 2, 134, 0)),
        ("ж" * 135, ("UCS-2", 3, 135, 66)),
        ("😀" * 35, ("UCS-2", 1, 70, 0)),
        ("ж" + "^" * 69, ("UCS-2", 1, 70, 0)),
        ("ç", ("UCS-2", 1, 1, 69)),
        ("e\u0301", ("UCS-2", 1, 2, 68)),
    ],
)
def test_texts_at_the_limits(text: str, expected: Counted) -> None:
    assert segments(text) == Segments(*expected)


def test_no_escape_pair_is_split() -> None:
    # The second euro sign would take septets 153 and 154.
    assert segments("a" * 152 + "€" * 77) == Segments("GSM-7", 3, 306, 151)


def test_no_surrogate_pair_is_split() -> None:
    assert segments("ж" * 66 + "😀" * 34) == Segments("UCS-2", 3, 134, 65)


@given(TEXTS)
def test_the_parts_hold_the_text(text: str) -> None:
    encoding, parts, characters, left = astuple(segments(text))
    alone, joined = (160, 153) if encoding == "GSM-7" else (70, 67)
    if encoding == "UCS-2":
        assert characters == len(text.encode("utf-16-le")) // 2
    else:
        assert characters == len(text) + sum(map(text.count, ESCAPED))
    if parts == 1:
        assert characters + left == alone
    else:
        # At most one unit is wasted at the end of each part but the last, and never more than that.
        assert parts * joined - left - (parts - 1) <= characters <= parts * joined - left
        assert characters > alone
        assert 0 <= left < joined


@given(TEXTS.filter(bool))
def test_what_is_left_fits_and_one_more_does_not(text: str) -> None:
    before = segments(text)
    filler = "a" if before.encoding == "GSM-7" else "ж"
    full = segments(text + filler * before.left)
    assert full == replace(before, characters=before.characters + before.left, left=0)
    assert segments(text + filler * (before.left + 1)).parts == before.parts + 1


def test_the_type_is_that_of_the_package() -> None:
    assert Segments.__module__ == "laaffic"
    assert list(typing.get_type_hints(Segments)) == ["encoding", "parts", "characters", "left"]
    assert typing.get_type_hints(segments)["return"] is Segments


COUNT = """
const { SegmentedMessage } = require(process.argv[1]);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => {
  const message = new SegmentedMessage(text, "auto", false);
  const unit = message.encodingName === "GSM-7" ? 7 : 16;
  const left = Math.floor(message.segments[message.segments.length - 1].freeSizeInBits() / unit);
  return [message.encodingName, message.segmentsCount, message.messageSize / unit, left];
})));
"""


@pytest.fixture(scope="module")
def npm() -> typing.Callable[[list[str]], list[Segments]]:
    """Return what the npm package says of texts.

    Its "smart encoding" is off: it replaces characters, such as typographic quotes, with others of GSM-7, which is one
    vendor's service and changes the text. In UCS-2 its `numberOfCharacters` counts what a reader sees as one character,
    so the size in bits is compared. And it never splits such a character over two segments, as an e with a combining
    accent or a family of emojis; the standard, and so this package, does. Texts here have none of those.
    """
    node = shutil.which("node")
    if node is None or not NPM.exists():
        pytest.skip("tools/node_modules is missing: `make test` installs it")

    def count(texts: list[str]) -> list[Segments]:
        done = subprocess.run(
            [node, "-e", COUNT, str(NPM)], input=json.dumps(texts), capture_output=True, text=True, check=True
        )
        return [Segments(*counted) for counted in json.loads(done.stdout)]

    return count


def test_the_npm_reference_counts_the_same(npm: typing.Callable[[list[str]], list[Segments]]) -> None:
    drawn: list[str] = []

    @settings(max_examples=300, database=None)
    @given(TEXTS | st.integers(0, 330).map("a€".__mul__) | st.integers(0, 330).map(lambda n: "a" + "😀" * n))
    def draw(text: str) -> None:
        drawn.append(text)

    draw()
    texts = [*map(chr, range(0x3000)), *drawn]  # each character alone, so the whole alphabet too
    assert [segments(text) for text in texts] == npm(texts)

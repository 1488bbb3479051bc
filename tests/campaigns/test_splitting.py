"""A chunk in parts: the same recipients, each once."""

from hypothesis import given
from hypothesis import strategies as st

from laaffic_campaigns._kept.chunks import Payload
from laaffic_campaigns._protocol.splitting import cut


def flat(payload: Payload) -> list[tuple[str, str | None, str, str | None, int]]:
    contents = payload.contents or []
    rows = zip(contents, payload.sender_ids, payload.sizes, strict=True)
    messages = [(content, sender_id) for content, sender_id, size in rows for _ in range(size)]
    people = zip(payload.numbers, payload.order_ids, payload.row_indexes(), messages, strict=True)
    return [(number, order_id, content, sender_id, index) for number, order_id, index, (content, sender_id) in people]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(1, 20))
def test_the_parts_are_the_whole(sizes: list[int], most: int) -> None:
    total = sum(sizes)
    whole = Payload(
        numbers=[f"999{n:08d}" for n in range(total)],
        order_ids=[f"mine{n}" if n % 2 else None for n in range(total)],
        sizes=sizes,
        contents=[f"text {n}" for n in range(len(sizes))],
        sender_ids=[f"s{n}" if n % 3 else None for n in range(len(sizes))],
        indexes=list(range(10, 10 + len(sizes))),
    )
    parts = cut(whole, most)
    assert [row for part in parts for row in flat(part)] == flat(whole)
    assert all(0 < len(part.numbers) <= most for part in parts)
    assert len(parts) == -(-total // most)

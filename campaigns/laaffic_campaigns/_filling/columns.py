"""Recipients as columns, from which chunks are cut. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from laaffic_campaigns._kept.chunks import Payload


@dataclass(slots=True)
class Columns:
    """Recipients and their messages, as in `Payload`.

    Attributes:
        reasons: of each recipient who is left out; empty for those who get something.
    """

    numbers: list[str] = field(default_factory=list)
    order_ids: list[str | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    sender_ids: list[str | None] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(
        self, index: int, numbers: list[str], order_ids: list[str | None], content: str, sender_id: str | None
    ) -> None:
        """Add a message."""
        self.numbers += numbers
        self.order_ids += order_ids
        self.sizes.append(len(numbers))
        self.contents.append(content)
        self.sender_ids.append(sender_id)
        self.indexes.append(index)

    def leave_out(self, index: int, number: str, order_id: str | None, reason: str) -> None:
        """Add somebody who gets nothing."""
        self.add(index, [number], [order_id], "", None)
        self.reasons.append(reason)

    def extend(self, more: "Columns") -> None:
        """Add all of others."""
        self.numbers += more.numbers
        self.order_ids += more.order_ids
        self.sizes += more.sizes
        self.contents += more.contents
        self.sender_ids += more.sender_ids
        self.indexes += more.indexes
        self.reasons += more.reasons

    def payload(self) -> Payload:
        """Return what is kept of them."""
        return Payload(self.numbers, self.order_ids, self.sizes, self.contents, self.sender_ids, self.indexes)


def cut(columns: Columns, most: int) -> Iterator[Columns]:
    """Yield parts of so many recipients each; the last one may have fewer, or none."""
    if len(columns.numbers) < most:
        yield columns
    elif len(columns.sizes) == len(columns.numbers):
        for start in range(0, len(columns.numbers) + 1, most):
            here = slice(start, start + most)
            yield Columns(
                columns.numbers[here],
                columns.order_ids[here],
                columns.sizes[here],
                columns.contents[here],
                columns.sender_ids[here],
                columns.indexes[here],
                columns.reasons[here],
            )
    else:
        yield from _cut_messages(columns, most)


def _cut_messages(columns: Columns, most: int) -> Iterator[Columns]:
    """Do the same where a message may have several recipients, and may have to be parted."""
    part = Columns()
    recipients = zip(columns.numbers, columns.order_ids, strict=True)
    messages = zip(columns.sizes, columns.contents, columns.sender_ids, columns.indexes, strict=True)
    for size, content, sender_id, index in messages:
        left = size
        while left:
            taken = min(left, most - len(part.numbers))
            numbers, order_ids = map(list, zip(*islice(recipients, taken), strict=True))
            part.add(index, numbers, order_ids, content, sender_id)
            left -= taken
            if len(part.numbers) == most:
                yield part
                part = Columns()
    yield part

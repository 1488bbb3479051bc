"""The ids of batches, and the order ids made of them."""

import re

import laaffic
from laaffic._batch.batch import MessageBatch
from laaffic._batch.ids import Ids, made_of
from support.order_ids import BATCH_ID


def test_an_id_is_a_letter_and_twelve_letters_or_digits() -> None:
    ids = Ids()
    assert all(re.fullmatch(BATCH_ID, ids.new()) for _ in range(1000))


def test_no_two_ids_are_the_same() -> None:
    ids = Ids()
    assert len({ids.new() for _ in range(10_000)}) == 10_000


def test_a_seed_makes_them_repeatable() -> None:
    first, second = Ids(seed="a"), Ids(seed="a")
    assert [first.new() for _ in range(3)] == [second.new() for _ in range(3)]
    assert Ids(seed="a").new() != Ids(seed="b").new()


def test_an_order_id_has_the_recipients_position_in_its_batch() -> None:
    assert made_of("q", 3) == ["q-0", "q-1", "q-2"]


def test_a_batch_that_grows_has_an_order_id_for_each() -> None:
    batch = MessageBatch()
    for index in range(3):
        batch.add(laaffic.Message(f"9990000000{index}", "x"), index)
        assert batch.asked().wire_order_ids == made_of(batch.id, index + 1)
        assert [item[3] for item in batch.items()] == made_of(batch.id, index + 1)


def test_some_of_the_recipients_of_a_batch_get_others_in_a_batch_of_their_own() -> None:
    batch = MessageBatch([laaffic.Message(["99900000001", "99900000002"], "x")], [0])
    picked = batch.pick([1])
    assert picked.asked().wire_order_ids == made_of(picked.id, 1)
    assert picked.id != batch.id

"""A long response is made outside of the event loop, and a short one within it."""

import json
from threading import current_thread, main_thread
from uuid import UUID

import pytest
from msgspec import Struct

from pgrerank.api import encoded
from pgrerank.domain.offload import FEW


class Row(Struct):
    id: UUID
    thread: str


def row(number):
    return Row(id=UUID(int=number), thread=current_thread().name)


@pytest.mark.parametrize(("items", "is_long"), [(0, False), (FEW, False), (FEW + 1, True)])
async def test_a_response_is_made_in_the_thread_for_long_work_if_it_has_many_items(items, is_long):
    response = await encoded.respond(lambda: row(1), items=items, headers={"X-A": "b"})

    content = json.loads(response.content)
    assert content["id"] == str(UUID(int=1))
    assert (content["thread"] != main_thread().name) is is_long
    assert (response.headers, response.media_type) == ({"X-A": "b"}, "application/json")


@pytest.mark.parametrize(("count", "is_long"), [(0, False), (FEW, False), (FEW + 1, True)])
async def test_rows_keep_their_order_and_many_are_encoded_in_the_thread(count, is_long):
    rows = [json.loads(bytes(each)) for each in await encoded.encode_rows(row, range(count))]

    assert [each["id"] for each in rows] == [str(UUID(int=number)) for number in range(count)]
    assert all((each["thread"] != main_thread().name) is is_long for each in rows)

"""Lists reach Postgres unchanged, as they would through the driver's own dumper."""

import math
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import DataError
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.array import ListDumper

from pgrerank.storage import arrays, tenancy
from pgrerank.storage.arrays import ArrayDumper

#: no NUL, which Postgres text cannot contain, and no half surrogate pair
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = {
    "text": TEXTS,
    "float8": st.floats(),
    "int8": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "bytea": st.binary(),
    "uuid": st.uuids(),
}


@pytest.mark.parametrize("name", VALUES)
async def test_a_list_comes_back_as_it_was(service_pool, name):
    async with tenancy.nobody(service_pool) as connection:

        async def come_back(values):
            cursor = connection.cursor(binary=True)
            await cursor.execute(f"select %s::{name}[]", [values])
            return await cursor.fetchone()

        for values in examples(st.lists(st.none() | VALUES[name])):
            # compared as text, so that NaN equals NaN, and -0.0 does not equal 0.0
            assert repr(await come_back(values)) == repr((values,))


def examples(strategy):
    """Lists drawn in advance, since hypothesis does not run in the connection's event loop."""
    drawn = []

    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(values):
        drawn.append(values)

    draw()
    return drawn


@pytest.mark.parametrize("values", [[], [[1, 2], [3, 4]], [["a"], [None]]])
def test_lists_without_one_plain_type_are_left_to_the_driver(values):
    assert dumped(ArrayDumper, values) == dumped(ListDumper, values)


@pytest.mark.parametrize("values", [[None], [1, None], [2**70, None], [-(2**70)], [0.1, -0.0]])
def test_numbers_are_written_as_by_the_driver(values):
    assert dumped(ArrayDumper, values)[0] == dumped(ListDumper, values)[0]


def dumped(kind, values):
    dumper = kind(list, Transformer()).upgrade(values, PyFormat.TEXT)
    return bytes(dumper.dump(values)), dumper.oid


@pytest.mark.parametrize("values", [[1, 2.5], ["a", 1]])
def test_mixed_types_are_refused_as_by_the_driver(values):
    with pytest.raises(DataError, match="mixed types"):
        dumped(ArrayDumper, values)


def test_nul_is_refused():
    with pytest.raises(DataError, match="NUL"):
        dumped(ArrayDumper, ["a\0b"])


def test_arrays_of_plain_values_are_written_in_advance_and_others_are_left():
    given = {"texts": ["a", None, 'b"\\'], "empty": [], "nested": [[1]], "query": "a", "none": None}
    numbers = {"floats": [0.5, math.inf, None], "nulls": [None, None], "ids": [UUID(int=7)]}

    written = arrays.with_literals(given | numbers)

    assert written == {
        **given,
        "texts": '{"a",NULL,"b\\"\\\\"}',
        "floats": "{0.5,inf,NULL}",
        "nulls": "{NULL,NULL}",
        "ids": '{"00000000-0000-0000-0000-000000000007"}',
    }

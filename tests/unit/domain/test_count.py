import pytest

from pgrerank.domain.count import counted


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 queries"), (1, "1 query"), (2, "2 queries"), (11, "11 queries")]
)
def test_a_number_of_one_takes_the_singular(number, text):
    assert counted(number, "query", "queries") == text


def test_a_regular_plural_ends_in_s():
    assert (counted(1, "row"), counted(2, "row")) == ("1 row", "2 rows")

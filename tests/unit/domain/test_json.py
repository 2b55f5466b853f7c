import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.json import read_object


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a"', "is no JSON: Expecting ':' delimiter at line 1, character 5"),
        ('{"a": 1} x', "Extra data at line 1, character 10"),
        ("[1]", "must be a JSON object"),
        ("[" * 100_000, "is no JSON"),
        ('{"a": ' + "1" * 5000 + "}", "is no JSON"),
        ("", "Expecting value"),
    ],
)
def test_what_is_no_object_is_refused_with_the_place(text, words):
    with pytest.raises(InvalidRequestError) as refusal:
        read_object("--filter", text)

    assert refusal.value.field == "--filter"
    assert words in str(refusal.value)

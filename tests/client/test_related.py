"""The client reads every field of related documents."""

import msgspec
import pytest

from pgrerank.api.v1.schema import related as served
from pgrerank.client import related


@pytest.mark.parametrize("name", ["RelatedDocument", "RelatedResponse"])
def test_answers_hold_what_the_service_sends(name):
    ours, theirs = (
        {field.encode_name for field in msgspec.structs.fields(getattr(module, name))}
        for module in (related, served)
    )

    assert ours == theirs

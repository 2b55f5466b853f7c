from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from pgrerank.domain import ids


def test_instant_of_the_example_in_rfc_9562():
    example = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")

    assert ids.created_at(example) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_fresh_id_was_made_now():
    assert abs(ids.created_at(uuid7()) - datetime.now(UTC)) < timedelta(minutes=1)

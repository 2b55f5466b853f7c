import pytest

from pgrerank import wiring
from pgrerank.settings import Settings


@pytest.mark.parametrize(
    ("given", "admin_url", "service_url"),
    [
        ({"database_url": "service"}, "service", "service"),
        ({"admin_database_url": "admin"}, "admin", "admin"),
        ({"database_url": "service", "admin_database_url": "admin"}, "admin", "service"),
    ],
)
def test_named_server_is_taken_in_place_of_the_embedded_one(given, admin_url, service_url):
    with wiring.database(Settings(**given)) as found:
        assert (found.admin_url, found.service_url) == (admin_url, service_url)
        assert found.server is None

import pytest

from pgrerank import wiring
from pgrerank.settings import Settings

SERVICE = "postgresql://service@server/search"
ADMIN = "postgresql://admin@server/search"


@pytest.mark.parametrize(
    ("given", "admin_url", "service_url"),
    [
        ({"database_url": SERVICE}, SERVICE, SERVICE),
        ({"admin_database_url": ADMIN}, ADMIN, ADMIN),
        ({"database_url": SERVICE, "admin_database_url": ADMIN}, ADMIN, SERVICE),
    ],
)
def test_named_server_is_taken_in_place_of_the_embedded_one(given, admin_url, service_url):
    with wiring.open_database(Settings(**given)) as found:
        assert (found.admin_url, found.service_url) == (admin_url, service_url)
        assert found.server is None

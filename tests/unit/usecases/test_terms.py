"""Boosted terms, the reranker of a collection, and checks of names."""

from uuid import UUID

import pytest

from pgrerank.domain.errors import InvalidRequestError, NotFoundError
from pgrerank.domain.field_boost import FieldBoost
from pgrerank.domain.ids import TenantId
from pgrerank.usecases import lookup
from pgrerank.usecases.collections import (
    add_terms,
    boost,
    boost_fields,
    configure,
    remove_field_boosts,
    remove_terms,
    reranker_change,
)
from tests.fakes import FakeCollections, FakeScorer, collection, services

TENANT = TenantId(UUID(int=7))


@pytest.fixture
def ports():
    terms = {"Falcon": 0.5, "red kite": 0.25}
    return services(collections=FakeCollections({(TENANT, "docs"): collection(terms=terms)}))


async def test_added_terms_join_those_that_are_there(ports):
    changed = await add_terms(ports, TENANT, "docs", {"hawk": 0.75})

    assert changed.terms == {"Falcon": 0.5, "red kite": 0.25, "hawk": 0.75}
    assert await ports.collections.by_name(TENANT, "docs") == changed


async def test_a_term_that_is_added_in_other_case_replaces_the_one_that_is_there(ports):
    changed = await add_terms(ports, TENANT, "docs", {"FALCON": 1.0})

    assert changed.terms == {"red kite": 0.25, "FALCON": 1.0}


async def test_terms_are_removed_whatever_their_case(ports):
    changed = await remove_terms(ports, TENANT, "docs", ["falcon"])
    emptied = await remove_terms(ports, TENANT, "docs", ["RED KITE"])

    assert changed.terms == {"red kite": 0.25}
    assert emptied.terms == {}


async def test_an_unknown_term_removes_none_and_names_the_one_that_was_meant(ports):
    with pytest.raises(InvalidRequestError, match=r"no term `falkon`.*`Falcon`"):
        await remove_terms(ports, TENANT, "docs", ["red kite", "falkon"])

    assert len((await ports.collections.by_name(TENANT, "docs")).terms) == 2


async def test_a_term_that_is_refused_changes_none(ports):
    for change in (add_terms, boost):
        with pytest.raises(InvalidRequestError, match="weighs 2"):
            await change(ports, TENANT, "docs", {"hawk": 2.0})

    assert (await ports.collections.by_name(TENANT, "docs")).terms.keys() == {"Falcon", "red kite"}


async def test_all_terms_are_replaced_at_once(ports):
    assert (await boost(ports, TENANT, "docs", {"hawk": 1.0})).terms == {"hawk": 1.0}


async def test_the_reranker_of_a_collection_is_one_that_runs(ports):
    cloud = {"cloud": FakeScorer()}
    named = await configure(ports, TENANT, "docs", reranker_change(cloud, "cloud"))
    with pytest.raises(InvalidRequestError, match="cloud"):
        reranker_change(cloud, "clod")

    assert named.reranker == "cloud"
    assert await ports.collections.by_name(TENANT, "docs") == named
    reset = await configure(ports, TENANT, "docs", reranker_change({}, None))
    assert reset.reranker is None


@pytest.mark.parametrize(
    "change",
    [
        lambda ports: add_terms(ports, TENANT, "gone", {"hawk": 1.0}),
        lambda ports: remove_terms(ports, TENANT, "gone", ["hawk"]),
        lambda ports: boost(ports, TENANT, "gone", {}),
        lambda ports: configure(ports, TENANT, "gone", reranker_change({}, None)),
    ],
    ids=["add", "remove", "replace", "reranker"],
)
async def test_a_collection_that_is_not_there_is_not_changed(ports, change):
    with pytest.raises(NotFoundError, match="gone"):
        await change(ports)


async def test_names_are_checked_before_models_are_loaded(ports):
    tenant = await ports.tenants.create("acme")
    await ports.collections.create(
        tenant.id, "books", text_search="english", embedder=ports.embedder.model
    )

    await lookup.exist("acme", "books", None)(ports)
    await lookup.exist("acme")(ports)
    await lookup.exist(None, "gone")(ports)
    for names in (("acme", "docs"), ("acme", "books", "gone"), ("nobody", None)):
        with pytest.raises(NotFoundError):
            await lookup.exist(*names)(ports)


STARS, DATES = FieldBoost(worst=0, best=5), FieldBoost(half_life_days=7)


async def test_what_is_not_given_stays(ports):
    await boost(ports, TENANT, "docs", fields={"stars": STARS})
    changed = await boost(ports, TENANT, "docs", {"owl": 1.0})

    assert (changed.terms, changed.field_boosts) == ({"owl": 1.0}, {"stars": STARS})
    assert (await boost(ports, TENANT, "docs", fields={})).terms == {"owl": 1.0}


async def test_fields_are_added_changed_and_removed(ports):
    await boost_fields(ports, TENANT, "docs", {"stars": DATES})
    await boost_fields(ports, TENANT, "docs", {"stars": STARS})
    both = await boost_fields(ports, TENANT, "docs", {"made": DATES})
    left = await remove_field_boosts(ports, TENANT, "docs", ["stars"])

    assert both.field_boosts == {"stars": STARS, "made": DATES}
    assert left.field_boosts == {"made": DATES}


async def test_an_unknown_field_removes_none_and_names_the_one_that_was_meant(ports):
    await boost_fields(ports, TENANT, "docs", {"stars": STARS})

    with pytest.raises(InvalidRequestError, match=r"no boost by `starz`.*`stars`"):
        await remove_field_boosts(ports, TENANT, "docs", ["stars", "starz"])

    assert "stars" in (await ports.collections.by_name(TENANT, "docs")).field_boosts


async def test_a_field_that_is_refused_changes_none(ports):
    with pytest.raises(InvalidRequestError, match="weighs 2"):
        await boost_fields(ports, TENANT, "docs", {"stars": FieldBoost(worst=0, best=5, weight=2)})
    with pytest.raises(InvalidRequestError, match="half_life_days"):
        await boost(ports, TENANT, "docs", fields={"stars": FieldBoost()})

    assert (await ports.collections.by_name(TENANT, "docs")).field_boosts == {}

from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from pgrerank.domain.candidate import Retrieved
from pgrerank.domain.errors import InvalidRequestError, ScoringError
from pgrerank.domain.evaluation import Question
from pgrerank.domain.field_boost import FieldBoost
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import SearchRequest, Strategy
from pgrerank.domain.retrieval import Fusion, Retrieval
from pgrerank.usecases.evaluation.trial import Setting, Trials, TrialSetup
from pgrerank.usecases.evaluation.tune import apply, tune
from tests.fakes import FakeClock, FakeCollections, FakeScorer, candidate, collection, services

TENANT = TenantId(UUID(int=7))
KEYWORDS = SearchRequest(query="", strategy=Strategy.KEYWORD)
NOW = Setting(retrieval=Retrieval(), candidates=100, depth=None)


@dataclass
class Sensitive:
    """A first stage in which the place of the relevant document depends on the settings."""

    #: place of the relevant document under these settings, from 1; None: it is not found
    place: object
    asked: list[tuple[Retrieval, str]] = field(default_factory=list)

    async def retrieve(self, *given):
        _, collection, request, *_ = given
        self.asked.append((collection.retrieval, request.query))
        place = self.place(collection.retrieval, request)
        found = [candidate(rank, external_id=f"wrong-{rank}") for rank in range(1, 8)]
        if place is not None:
            found[place - 1] = candidate(place, request.query, external_id="right")
        return Retrieved(candidates=tuple(found), dense=None, keyword=None)


def questions(number=20):
    return tuple(Question(query=f"q{i}", grades={"right": 1}) for i in range(number))


def setup(place, *, request=KEYWORDS, asked=None, **parts):
    candidates = Sensitive(place, [] if asked is None else asked)
    ports = services(
        candidates=candidates,
        collections=FakeCollections({(TENANT, "docs"): collection()}),
        **parts,
    )
    return TrialSetup(
        services=ports,
        tenant_id=TENANT,
        collection=collection(),
        questions=questions(),
        request=request,
        measure="RR@10",
    )


def better_with_large_k1(retrieval, _):
    return 1 if retrieval.k1 > 1 else 3


def by_the_query(retrieval, request):
    """Settings help half of the queries as much as they harm the other half."""
    odd = int(request.query[1:]) % 2
    return 1 + 2 * ((retrieval.k1 > 1) == odd)


async def test_better_settings_are_found_and_their_gain_is_real():
    found = await tune(setup(better_with_large_k1), NOW)

    assert found.after.retrieval.k1 == 1.2
    assert (found.gain.before, found.gain.after) == (pytest.approx(1 / 3), 1)
    assert found.gain.is_gain
    assert found.agreement["k1"] == found.folds == 5


async def test_settings_that_change_nothing_are_left_as_they_are():
    found = await tune(
        setup(lambda *_: 2), Setting(retrieval=Retrieval(), candidates=50, depth=None)
    )

    assert found.changes == {}
    assert not found.gain.is_decided


async def test_fit_to_chance_is_no_gain():
    found = await tune(setup(by_the_query), NOW)

    assert not found.gain.is_gain


async def test_fewest_candidates_and_least_depth_are_taken_that_lose_nothing():
    def needs_a_hundred(_, request):
        return 1 if request.candidates >= 100 else None

    found = await tune(
        setup(needs_a_hundred), Setting(retrieval=Retrieval(), candidates=400, depth=None)
    )

    assert found.changes["candidates"] == (400, 100)


async def test_reranked_searches_are_tuned_by_the_order_that_the_reranker_gives():
    scorer = FakeScorer()
    found = await tune(
        setup(lambda *_: 7, scorer=scorer), Setting(retrieval=Retrieval(), candidates=50, depth=10)
    )

    assert found.gain.before == 1  # the reranker lifts it from the seventh place
    assert scorer.asked


async def test_weights_are_tried_where_two_legs_are_fused_only():
    asked = []

    def keyword_heavy(retrieval, _):
        return 1 if retrieval.keyword_weight > retrieval.dense_weight else 2

    hybrid = setup(keyword_heavy, request=SearchRequest(query=""), asked=asked)
    found = await tune(hybrid, NOW)

    assert found.after.retrieval.dense_weight < found.after.retrieval.keyword_weight
    assert {retrieval.fusion for retrieval, _ in asked} == set(Fusion)
    assert {query for _, query in asked} == {each.query for each in questions()}

    asked.clear()
    await tune(setup(keyword_heavy, asked=asked), NOW)
    assert {retrieval.keyword_weight for retrieval, _ in asked} == {1.0}


async def test_each_setting_is_measured_once():
    asked = []
    trials = Trials(setup(better_with_large_k1, asked=asked))

    first, second = await trials.values(NOW), await trials.values(NOW)

    assert first is second
    assert (trials.count, len(asked)) == (1, len(questions()))


async def test_too_few_queries_are_refused():
    small = setup(better_with_large_k1)

    with pytest.raises(InvalidRequestError, match="at least 10"):
        await tune(
            TrialSetup(
                **{name: getattr(small, name) for name in small.__slots__}
                | {"questions": questions(9)}
            ),
            NOW,
        )


async def test_reranker_that_fails_ends_it():
    failing = setup(lambda *_: 2, scorer=FakeScorer(failure=ScoringError("The model")))

    with pytest.raises(ScoringError):
        await tune(failing, Setting(retrieval=Retrieval(), candidates=50, depth=10))


async def test_real_gain_is_applied_and_another_is_not():
    good, vain = setup(better_with_large_k1), setup(by_the_query)

    applied = await apply(good.services, good, await tune(good, NOW))
    refused = await apply(vain.services, vain, await tune(vain, NOW))

    assert (applied, refused) == (True, False)
    stored = [await each.services.collections.by_name(TENANT, "docs") for each in (good, vain)]
    assert [each.retrieval.k1 for each in stored] == [1.2, 0.9]


class Dated:
    """Two documents that match alike, the older one found first."""

    def __init__(self, *, fresh_is_right):
        self.fresh_is_right = fresh_is_right

    async def retrieve(self, *given):
        request = given[2]
        stale, fresh = (
            ("other", "right") if self.fresh_is_right(request.query) else ("right", "other")
        )
        now = FakeClock().instant.timestamp()
        found = tuple(
            candidate(rank, request.query, external_id=name, metadata={"made": now - age * 86400})
            for rank, (name, age) in enumerate(((stale, 1000), (fresh, 0)), 1)
        )
        # a third one, so that the scores of the list differ
        return Retrieved(candidates=(*found, candidate(3, "x")), dense=None, keyword=None)


def dated(fresh_is_right, *, weight):
    boosts = {"made": FieldBoost(half_life_days=30, weight=weight)}
    boosted = collection(field_boosts=boosts)
    ports = services(
        candidates=Dated(fresh_is_right=fresh_is_right),
        collections=FakeCollections({(TENANT, "docs"): boosted}),
    )
    made = TrialSetup(
        services=ports,
        tenant_id=TENANT,
        collection=boosted,
        questions=questions(),
        request=KEYWORDS,
        measure="RR@10",
    )
    start = Setting(
        retrieval=Retrieval(), candidates=50, depth=10, field_weights=(("made", weight),)
    )
    return made, start


async def test_a_boost_that_harms_is_fitted_away_and_removed():
    made, start = dated(lambda _: False, weight=0.5)

    found = await tune(made, start)
    stored = await apply(made.services, made, found)

    assert found.changes["weight of made"] == (0.5, 0.0)
    assert found.gain.is_gain
    assert stored
    assert (await made.services.collections.by_name(TENANT, "docs")).field_boosts == {}


async def test_a_boost_that_helps_stays_as_it_is():
    made, start = dated(lambda _: True, weight=0.5)

    found = await tune(made, start)

    assert "weight of made" not in found.changes


async def test_without_reranking_boosts_are_not_fitted():
    made, start = dated(lambda _: False, weight=0.5)

    found = await tune(made, replace(start, depth=None))

    assert "weight of made" not in found.changes

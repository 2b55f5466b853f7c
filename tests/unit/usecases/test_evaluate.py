from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from pgrerank.domain.errors import InvalidRequestError
from pgrerank.domain.evaluation import MEASURES, Question, distinct, questions
from pgrerank.domain.ids import TenantId
from pgrerank.domain.request import RerankMode, SearchRequest, Strategy
from pgrerank.usecases.evaluation import evaluate
from pgrerank.usecases.evaluation.evaluate import EvaluationPlan
from tests.fakes import FakeCandidates, FakeCollections, candidate, collection, services

TENANT = TenantId(UUID(int=7))
#: the reranker counts shared words, so it lifts the second
FOUND = (candidate(1, "other", external_id="x"), candidate(2, "red fox", external_id="y"))


def ports(found=FOUND):
    return services(
        collections=FakeCollections({(TENANT, "docs"): collection()}),
        candidates=FakeCandidates(found),
    )


def plan(**changes):
    made = EvaluationPlan(
        tenant_id=TENANT,
        collection=collection(),
        questions=(Question(query="red fox", grades={"y": 1, "z": 2, "x": 0}),),
        request=SearchRequest(query="", limit=1, rerank=RerankMode.ALWAYS),
    )
    return replace(made, **changes)


def test_document_stands_where_its_best_chunk_stands():
    assert distinct(["a", "b", "a"]) == ("a", "b")


def test_measures_are_those_of_the_textbook():
    figures = evaluate.mean_measures({"q": {"a": 3.0, "b": 2.0}}, {"q": {"b": 1, "c": 1}})

    assert figures == {
        "nDCG@10": 0.3869,
        "RR@10": 0.5,
        "P@5": 0.2,
        "AP": 0.25,
        "R@100": 0.5,
        "Judged@10": 0.5,
    }


async def test_queries_run_through_the_search_and_are_measured():
    made = await evaluate.evaluate(ports(), plan(label="first"))

    [answer] = made.answers
    assert (made.queries, made.statuses, made.label) == (1, {"full": 1}, "first")
    assert (answer.external_ids, answer.grades) == (("y", "x"), (1, 0))
    assert answer.first_stage_grades == (0, 1)
    assert sorted(answer.judged_grades) == [0, 1, 2]
    assert made.metrics["RR@10"] == 1
    assert set(made.metrics) == set(MEASURES)
    assert made.p50_ms <= made.p95_ms


async def test_recall_is_of_the_list_before_reranking():
    many = tuple(candidate(rank, "other", external_id=f"d{rank}") for rank in range(1, 101))
    last = candidate(101, "red fox", external_id="y")
    question = Question(query="red fox", grades={"y": 1})

    made = await evaluate.evaluate(
        ports((*many, last)),
        plan(
            questions=(question,),
            request=SearchRequest(query="", candidates=200, depth=200, rerank=RerankMode.ALWAYS),
        ),
    )

    assert (made.metrics["R@100"], made.metrics["RR@10"]) == (0, 1)


async def test_evaluation_is_stored_and_leaves_the_log_alone():
    kept = ports()

    made = await evaluate.evaluate(kept, plan())

    assert kept.evaluations.kept == {TENANT: [made]}
    assert kept.rankings.recorded == []


async def test_evaluation_says_what_was_asked_and_of_which_models():
    reranked = await evaluate.evaluate(ports(), plan())
    words = SearchRequest(query="", strategy=Strategy.KEYWORD, rerank=RerankMode.NEVER)
    bare = await evaluate.evaluate(ports(), plan(request=words, judgments="cranfield"))

    assert (reranked.embedder, reranked.reranker) == ("fake-embedder", "fake-reranker")
    assert reranked.knobs["retrieval"]["k1"] == 0.9
    assert reranked.knobs["depth"] == 50
    assert (bare.embedder, bare.reranker, bare.reranker_fingerprint) == (None, None, None)
    assert (bare.strategy, bare.judgments) == ("keyword", "cranfield")


async def test_query_that_finds_nothing_counts_as_zero():
    made = await evaluate.evaluate(ports(()), plan())

    assert set(made.metrics.values()) == {0.0}


@pytest.mark.parametrize("label", ["", " ", "x" * 201, "a\nb", str(UUID(int=3))])
async def test_label_that_could_not_be_told_from_an_id_or_read_is_refused(label):
    with pytest.raises(InvalidRequestError, match="label"):
        await evaluate.evaluate(ports(), plan(label=label))


def test_fewer_questions_are_the_same_ones_every_time():
    grades = {f"q{i}": {"d": 1} for i in range(30)}

    some = questions(grades, at_most=5)

    assert len(some) == 5
    assert some == questions(dict(reversed(grades.items())), at_most=5)
    assert some == questions(grades, at_most=6)[:5]


def test_question_without_a_relevant_document_has_no_answer():
    assert [q.has_answer for q in questions({"a": {"d": 0}})] == [False]


async def test_a_part_is_worth_what_the_order_loses_without_it():
    """Words put the relevant document first; without them the fused order stays."""
    found = (
        candidate(1, "red fox", external_id="x", keyword_score=1.0),
        candidate(2, "red fox", external_id="y", keyword_score=9.0),
        candidate(3, "red fox", external_id="w", keyword_score=0.5),
    )

    worth = evaluate.worth_of_parts(await evaluate.evaluate(ports(found), plan(ablate=True)))

    # The other relevant document was not retrieved.
    ideal = 2 + 1 / np.log2(3)
    assert worth["words"].before == pytest.approx(1 / np.log2(3) / ideal)
    assert worth["words"].after == pytest.approx(1 / ideal)
    assert {part for part, gain in worth.items() if gain.mean == 0} == {
        "reranker",
        "similarity",
        "agreement",
        "boost",
    }


async def test_without_reranking_or_without_being_asked_there_are_no_parts():
    unranked = plan(request=SearchRequest(query="", rerank=RerankMode.NEVER), ablate=True)

    measured = await evaluate.evaluate(ports(), plan())

    assert [answer.ablated_grades for answer in measured.answers] == [{}]
    assert evaluate.worth_of_parts(measured) == {}
    assert evaluate.worth_of_parts(await evaluate.evaluate(ports(), unranked)) == {}


async def test_the_first_results_are_counted_as_a_user_gets_them():
    same = candidate(1).document_id
    found = (
        candidate(1, "red fox", external_id="x", document_id=same),
        candidate(2, "red fox", external_id="x", document_id=same),
        candidate(3, "red fox", external_id="y"),
    )
    request = SearchRequest(query="", rerank=RerankMode.ALWAYS)
    question = Question(query="red fox", grades={"x": 1, "y": 1})

    async def first(**knobs):
        changed = plan(questions=(question,), request=replace(request, **knobs))
        return evaluate.first_results(await evaluate.evaluate(ports(found), changed))

    crowded, single = await first(), await first(per_document=1)

    assert (crowded.documents, single.documents) == (2, 2)
    assert crowded.ndcg == pytest.approx((1 + 1 / 2) / (1 + 1 / np.log2(3)))
    assert single.ndcg == pytest.approx(1)

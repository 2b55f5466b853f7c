"""The client has every call and field of the service, and both clients are equivalent."""

import inspect
from typing import Any

import msgspec
import pytest

from pgrerank.api.v1 import explain, terms
from pgrerank.api.v1.schema import (
    calibrations,
    documents,
    judgments,
    requests,
    rerank,
    search,
    thresholds,
)
from pgrerank.api.v1.schema import responses as native
from pgrerank.client import (
    AsyncClient,
    CalibrationKnobs,
    Client,
    CollectionChanges,
    Document,
    RankKnobs,
    SearchKnobs,
    ThresholdKnobs,
    answers,
    calibration,
    judgment,
    key,
    management,
)
from pgrerank.client.knobs import CollectionKnobs, DocumentChanges

PAIRS = [
    (answers.SearchResponse, search.SearchResponse),
    (answers.Result, search.Result),
    (answers.RerankReport, search.Rerank),
    (answers.RerankResponse, rerank.RerankResponse),
    (answers.ExplainedDocument, rerank.ExplainedDocument),
    (answers.ExplanationResponse, explain.ExplanationResponse),
    (answers.ChunkPosition, explain.ChunkPosition),
    (answers.Results, explain.Results),
    (answers.Ingested, native.Ingested),
    (answers.DocumentResponse, native.DocumentResponse),
    (answers.DocumentPage, native.DocumentPage),
    (answers.DeletionResponse, documents.DeletionResponse),
    (answers.RetrievalSettings, native.RetrievalSettings),
    (answers.CollectionResponse, native.CollectionResponse),
    (answers.CollectionPage, native.CollectionPage),
    (management.Terms, terms.Terms),
    (management.BoostByField, terms.BoostByField),
    (calibration.CalibrationResponse, calibrations.CalibrationResponse),
    (calibration.CalibrationCurve, calibrations.CalibrationCurveResponse),
    (calibration.CutoffPoint, calibrations.CutoffPointResponse),
    (calibration.Estimate, calibrations.EstimateResponse),
    (calibration.ReliabilityBin, calibrations.ReliabilityBinResponse),
    (calibration.SearchScale, calibrations.SearchScaleResponse),
    (calibration.DocumentScale, calibrations.DocumentScaleResponse),
    (calibration.CalibrationPage, calibrations.CalibrationPage),
    (calibration.ThresholdResponse, thresholds.ThresholdResponse),
    (calibration.ThresholdPage, thresholds.ThresholdPage),
    (calibration.ThresholdSet, thresholds.ThresholdSet),
    (key.Key, native.Key),
    (key.IssuedKey, native.IssuedKey),
    (key.KeyPage, native.KeyPage),
    (judgment.StoredJudgments, judgments.JudgmentsTaken),
    (judgment.JudgmentResponse, judgments.JudgmentResponse),
    (judgment.JudgmentPage, judgments.JudgmentPage),
    (judgment.FeedbackKept, judgments.FeedbackTaken),
]


def fields(cls: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(cls)}


def signatures(cls: type) -> dict[str, Any]:
    public = {name: f for name, f in vars(cls).items() if not name.startswith("_")}
    return {name: list(inspect.signature(f).parameters.values()) for name, f in public.items()}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda cls: cls.__name__)
def test_answers_hold_what_the_service_sends(ours, theirs):
    assert fields(ours) == fields(theirs)


def test_every_score_and_place_of_the_service_is_read():
    assert fields(search.ResultScores) == fields(answers.ResultScores)
    assert fields(search.Ranks) == fields(answers.Ranks)


def test_every_knob_can_be_turned():
    assert set(SearchKnobs.__annotations__) == fields(requests.Search) - {"query"}
    assert set(RankKnobs.__annotations__) == fields(rerank.Rank) - {"query", "documents"}
    assert set(CollectionKnobs.__annotations__) == fields(requests.NewCollection)
    assert fields(Document) == fields(requests.NewDocument)
    assert set(CollectionChanges.__annotations__) == fields(requests.ChangedCollection)
    assert set(CalibrationKnobs.__annotations__) == fields(calibrations.NewCalibration)
    assert set(ThresholdKnobs.__annotations__) == fields(thresholds.NewThreshold)
    assert set(DocumentChanges.__annotations__) == fields(documents.ChangedDocument)


def test_both_clients_can_do_the_same():
    assert signatures(Client) == signatures(AsyncClient)

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from pgrerank.domain.calibration import CalibrationCurve, Method
from pgrerank.domain.hit_scores import HitScores, ScoreParts
from pgrerank.domain.score_scale import SearchScale
from tests.fixtures import measured, rows

# Postgres refuses products too small for a double; no fitted curve comes near.
COEFFICIENTS = st.integers(-50_000, 50_000).map(lambda n: n / 1000)
CURVES = st.one_of(
    st.builds(
        lambda *values: CalibrationCurve(method=Method.PLATT, coefficients=values),
        COEFFICIENTS,
        COEFFICIENTS,
    ),
    st.builds(
        lambda *values: CalibrationCurve(method=Method.BETA, coefficients=values),
        COEFFICIENTS,
        COEFFICIENTS.map(lambda value: abs(value) + 0.001),
        COEFFICIENTS.map(abs),
        COEFFICIENTS.map(abs),
        COEFFICIENTS,
    ),
    st.lists(
        st.tuples(
            st.integers(-1000, 1000).map(lambda n: n / 16),
            st.integers(0, 1000).map(lambda n: n / 1000),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda knot: knot[0],
    ).map(
        lambda knots: CalibrationCurve(
            method=Method.ISOTONIC,
            scores=tuple(sorted(score for score, _ in knots)),
            probabilities=tuple(sorted(value for _, value in knots)),
        )
    ),
)


@pytest.fixture(scope="module")
def connection(database):
    with database.admin() as connection:
        yield connection


@given(
    curve=CURVES,
    scores=st.lists(COEFFICIENTS.map(lambda value: 200 * value), min_size=1, max_size=8),
)
def test_sql_and_python_tell_the_same_probability(connection, curve, scores):
    scores += curve.scores  # at a knot two lines meet
    found = connection.execute(
        "select pgrerank.calibration_curve_v1(u.score, %s, %s::float8[], %s::float8[], %s::float8[])"
        " from unnest(%s::float8[]) with ordinality as u (score, place) order by u.place",
        [
            curve.method,
            list(curve.coefficients),
            list(curve.scores),
            list(curve.probabilities),
            scores,
        ],
    ).fetchall()

    told = [value for (value,) in found]
    assert told == pytest.approx([curve.relevance(score) for score in scores], abs=1e-9, rel=1e-9)


def test_no_score_has_no_probability(connection):
    (found,) = connection.execute(
        "select pgrerank.calibration_curve_v1(null, 'platt', '{1,0}', '{}', '{}')"
    ).fetchone()

    assert found is None


@pytest.fixture(scope="module")
def stored(database):
    """A tenant, its calibration, and the calibration's fingerprint."""
    tenant_id = database.new_tenant()
    with database.admin() as connection:
        made = measured.store_calibration(
            connection, tenant_id, rows.store_collection(connection, tenant_id)
        )
        connection.execute(
            "update pgrerank.calibration set coefficients = '{2,0.5}' where id = %s", [made]
        )
    return tenant_id, made, rows.MODEL["fingerprint"]


CALIBRATE = "select pgrerank.calibrate_score_v1(%s, %s, %s)"


def test_stored_calibration_reads_scores_of_its_reranker(database, stored):
    tenant_id, calibration_id, fingerprint = stored
    with database.service(tenant_id) as connection:
        (found,) = connection.execute(CALIBRATE, [calibration_id, fingerprint, 0.25]).fetchone()

    assert found == pytest.approx(
        CalibrationCurve(method=Method.PLATT, coefficients=(2.0, 0.5)).relevance(0.25), abs=1e-9
    )


@given(
    scale=st.tuples(st.floats(-9, 9), st.floats(0.1, 9), st.floats(0, 9), st.floats(-9, 9)),
    candidates=st.lists(
        st.tuples(st.floats(-50, 50), st.floats(-9, 9), st.floats(0, 2)), min_size=1, max_size=8
    ),
)
def test_sql_and_python_tell_the_same_log_odds_of_a_search(connection, scale, candidates):
    served = SearchScale(**dict(zip(("base", "factor", "level", "center"), scale, strict=True)))
    scores = [
        HitScores(rerank=raw, parts=ScoreParts(base=-5.8, words=part), boost=boost)
        for raw, part, boost in candidates
    ]

    found = connection.execute(
        "select pgrerank.search_log_odds_v1(%s::float8[], u.part + u.boost, max(u.raw) over ())"
        " from unnest(%s::float8[], %s::float8[], %s::float8[]) with ordinality"
        " as u (raw, part, boost, place) order by u.place",
        [list(scale), *(list(column) for column in zip(*candidates, strict=True))],
    ).fetchall()

    assert [row[0] for row in found] == pytest.approx(
        [each.log_odds for each in served.apply(scores)], abs=1e-9, rel=1e-12
    )


@pytest.mark.parametrize(
    ("searches", "documents"),
    [([0, -1, 0, 0], None), ([0, 1, -1, 0], None), (None, [0, 0]), (None, None)],
)
def test_a_scale_by_which_a_better_score_means_less_cannot_be_stored(
    database, stored, searches, documents
):
    _, calibration_id, _ = stored
    with (
        database.admin() as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="ck_calibration_scale"),
    ):
        connection.execute(
            "update pgrerank.calibration set search_scale = %s, document_scale = %s where id = %s",
            [searches, documents, calibration_id],
        )


@pytest.mark.parametrize("fingerprint", ["f" * 64, None])
def test_score_of_another_reranker_is_refused(database, stored, fingerprint):
    tenant_id, calibration_id, _ = stored
    with (
        database.service(tenant_id) as connection,
        pytest.raises(psycopg.DatabaseError, match="is of the reranker eeeeeeeeeeee") as refusal,
    ):
        connection.execute(CALIBRATE, [calibration_id, fingerprint, 0.25])

    assert refusal.value.sqlstate == "PGR01"


def test_calibration_of_another_tenant_is_not_there(database, stored):
    _, calibration_id, fingerprint = stored
    with (
        database.service(database.new_tenant()) as connection,
        pytest.raises(psycopg.DatabaseError, match="no calibration") as refusal,
    ):
        connection.execute(CALIBRATE, [calibration_id, fingerprint, 0.25])

    assert refusal.value.sqlstate == "PGR02"


def judge(connection, tenant_id, collection_id, document, grade, **who):
    rows.insert(
        connection,
        "judgment",
        tenant_id=tenant_id,
        id=uuid7(),
        collection_id=collection_id,
        query="q",
        query_hash=b"q",
        external_id=document,
        grade=grade,
        **{"source": "human", **who},
    )


def test_conflicts_of_judges_are_resolved_by_the_rule(database):
    tenant_id = database.new_tenant()
    with database.admin() as connection:
        place = (connection, tenant_id, rows.store_collection(connection, tenant_id))
        for document, grade, by in [
            ("agreed", 3, "ann"),
            ("agreed", 1, "bob"),
            ("disputed", 0, "ann"),
            ("disputed", 2, "bob"),
            ("mended", 0, "ann"),
            ("mended", 2, "ann"),
            ("nobody in particular", 0, None),
            ("nobody in particular", 2, None),
        ]:
            judge(*place, document, grade, judged_by=by)
        judge(*place, "only clicked", 1, source="click", judged_by="ann")
        judge(*place, "agreed", 0, source="thumbs", judged_by="eve")

    with database.service(tenant_id) as connection:
        found = connection.execute(
            "select external_id, grade, judgments from pgrerank.judgment_grades_v1() order by 1"
        ).fetchall()

    assert found == [("agreed", 1, 2), ("mended", 2, 1)]


FALLING = [
    ("platt", [-2.0, 1.0], []),
    ("platt", [0.0, 1.0], []),
    ("platt", [float("nan"), 1.0], []),
    ("platt", [float("inf"), 1.0], []),
    ("platt", [], []),
    ("beta", [0.5, 2.0, 0.0, 0.0, -0.4], []),
    ("beta", [0.5, 2.0, -0.1, 2.0, -0.4], []),
    ("beta", [0.5, 0.0, 1.0, 1.0, -0.4], []),
    ("isotonic", [], [0.5, 0.5]),
    ("isotonic", [], [0.1, 0.5, 0.4, 0.9]),
    ("isotonic", [], []),
]


@pytest.mark.parametrize(("method", "coefficients", "knots"), FALLING)
def test_a_curve_that_does_not_rise_is_told(connection, method, coefficients, knots):
    (rises,) = connection.execute(
        "select pgrerank.curve_rises_v1(%s, %s::float8[], %s::float8[])",
        [method, coefficients, knots],
    ).fetchone()

    assert rises is False


@pytest.mark.parametrize(("method", "coefficients", "knots"), FALLING)
def test_a_curve_that_does_not_rise_cannot_be_stored(database, stored, method, coefficients, knots):
    _, calibration_id, _ = stored
    with (
        database.admin() as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="ck_calibration_rises"),
    ):
        connection.execute(
            "update pgrerank.calibration set method = %s, coefficients = %s::float8[],"
            " knot_scores = %s::float8[], knot_probabilities = %s::float8[] where id = %s",
            [method, coefficients, list(range(len(knots))), knots, calibration_id],
        )


def test_an_answerable_curve_that_falls_cannot_be_stored(database, stored):
    _, calibration_id, _ = stored
    with (
        database.admin() as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="answerable_rises"),
    ):
        connection.execute(
            "update pgrerank.calibration set answerable = '{-1,0}' where id = %s", [calibration_id]
        )


@given(curve=CURVES)
def test_sql_and_python_say_alike_whether_a_curve_rises(connection, curve):
    (rises,) = connection.execute(
        "select pgrerank.curve_rises_v1(%s, %s::float8[], %s::float8[])",
        [curve.method, list(curve.coefficients), list(curve.probabilities)],
    ).fetchone()

    assert rises is curve.rises

"""The baseline of the first release: tables, functions, policies, views, grants."""

from alembic import op

from pgrerank.storage import sqlfile

revision = "0001"
down_revision = None

#: files of tables, each after those it refers to
TABLES = (
    "access",
    "collection",
    "document",
    "rerank_log",
    "judgment",
    "evaluation",
    "calibration",
    "monitoring",
    "exclusive_work",
)

#: functions called by checks of tables
CHECKS = ("curve_rises_v1",)

#: each after those it calls
FUNCTIONS = (
    "current_tenant_v1",
    "bounded_v1",
    "api_key_candidates_v1",
    "await_deletion_v1",
    "chunks_with_words_v1",
    "added_counts_v1",
    "count_documents_v1",
    "delete_document_v1",
    "counted_words_v1",
    "ensure_log_partitions_v1",
    "drop_log_partitions_before_v1",
    "lexeme_index_v1",
    "term_frequencies_v1",
    "counted_lexemes_v1",
    "unspaced_letters_v1",
    "character_pairs_v1",
    "text_words_v1",
    "text_statistics_v1",
    "sparse_vector_v1",
    "any_of_v1",
    "worth_finding_v1",
    "prefix_frequency_v1",
    "lexeme_counts_v1",
    "query_words_v1",
    "query_restriction_v1",
    "query_terms_v1",
    "bm25_v1",
    "keyword_leg_v1",
    "embedding_index_v1",
    "nearest_of_documents_v1",
    "nearest_indexed_v1",
    "nearest_of_large_v1",
    "dense_leg_v1",
    "sparse_leg_v1",
    "fuse_v1",
    "hybrid_candidates_v1",
    "leg_positions_v1",
    "logistic_v1",
    "softplus_v1",
    "interpolated_v1",
    "calibration_curve_v1",
    "calibrate_score_v1",
    "search_log_odds_v1",
    "judgment_grades_v1",
)

#: functions for analysts, each after those it calls
ANALYTICS = (
    "kendall_tau_v1",
    "ndcg_at_k_v1",
    "mrr_at_k_v1",
    "precision_at_k_v1",
    "recall_at_k_v1",
    "average_precision_v1",
    "judged_at_k_v1",
    "score_bin_v1",
    "score_bin_low_v1",
    "psi_counts_v1",
    "psi_v1",
    "ks_counts_v1",
    "ks_v1",
)

POLICIES = (
    "tenant",
    "api_key",
    "analyst_grant",
    "model",
    "collection",
    "collection_size",
    "collection_word",
    "document",
    "chunk",
    "chunk_embedding",
    "chunk_tokens",
    "chunk_weights",
    "rerank_log",
    "judgment",
    "eval_run",
    "eval_query",
    "eval_metric",
    "calibration",
    "calibration_point",
    "calibration_sample",
    "threshold",
    "score_daily",
    "judged_quality",
    "reference_set",
    "reference_run",
    "exclusive_work",
)

#: each after those it reads
VIEWS = (
    "rerank_log",
    "rerank_candidate",
    "latency_daily",
    "judgment",
    "eval_run",
    "eval_query",
    "eval_metric",
    "calibration",
    "calibration_point",
    "threshold",
    "judgment_grade",
    "judged_search",
    "rerank_relevance",
    "score_daily",
    "score_drift",
    "effect_daily",
    "judged_quality",
    "reference_run",
    "health",
    "ranking",
    "ranking_document",
)

#: functions that call those for analysts
COUNTS = ("score_day_v1",)

#: functions that read views
SUMMARIES = ("health_summary_v1",)

GRANTS = (
    "grant usage on schema pgrerank to pgrerank_app, pgrerank_analyst",
    "grant usage on schema pgrerank_analytics to pgrerank_analyst",
    "grant select on pgrerank.alembic_version to pgrerank_app",
)


def upgrade() -> None:
    for name in CHECKS:
        sqlfile.apply(f"functions/{name}.sql")
    for name in TABLES:
        sqlfile.apply(f"baseline/{name}.sql")
    for name in (*FUNCTIONS, *ANALYTICS, *COUNTS):
        sqlfile.apply(f"functions/{name}.sql")
    for name in POLICIES:
        sqlfile.apply(f"policies/{name}.sql")
    for name in VIEWS:
        sqlfile.apply(f"views/{name}.sql")
    for name in SUMMARIES:
        sqlfile.apply(f"functions/{name}.sql")
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    for name in SUMMARIES:
        op.execute(f"drop function pgrerank.{name}")
    for name in reversed(VIEWS):
        op.execute(f"drop view pgrerank_analytics.{name}")
    for name in reversed(COUNTS):
        op.execute(f"drop function pgrerank.{name}")
    for name in reversed(ANALYTICS):
        op.execute(f"drop function pgrerank_analytics.{name}")
    # `cascade` also drops the policies that call them.
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function pgrerank.{name} cascade")
    owned = ", ".join(f"pgrerank.{name}" for name in POLICIES)
    op.execute(f"drop table {owned}")
    for name in CHECKS:
        op.execute(f"drop function pgrerank.{name}")

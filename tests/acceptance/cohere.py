# /// script
# dependencies = ["cohere==7.3.1"]
# ///
"""Cohere's client for Python, both versions of its API."""

import cohere
from acceptance import (
    DOCUMENTS,
    HUGE,
    KEY,
    MODEL,
    POOR_KEY,
    QUERY,
    THOUSAND,
    URL,
    WRONG_KEY,
    Checks,
    client,
    run,
)
from cohere.core.api_error import ApiError

ONCE = {"max_retries": 0}


def found(answer):
    return [(row.index, row.relevance_score) for row in answer.results]


@client("cohere", "ClientV2")
def version_2(check: Checks) -> None:
    def asked(documents=DOCUMENTS, key=KEY, base=URL, **options):
        caller = cohere.ClientV2(key, base_url=base)
        return caller.rerank(
            model=MODEL, query=QUERY, documents=documents, request_options=ONCE, **options
        )

    check.ranked(found(asked()))
    check.ranked(found(asked(base=f"{URL}/compat/cohere")), name="prefix")
    check.ranked(found(asked(top_n=2)), limit=2)
    check.ranked(found(asked(top_n=None, max_tokens_per_doc=None)), name="nulls")
    check.thousand(found(asked(THOUSAND)))
    check.that("meta", asked().meta.api_version.version == "2")
    check.refused("400", cohere.BadRequestError, lambda: asked([]), "must not be empty")
    check.refused("401", cohere.UnauthorizedError, lambda: asked(key=WRONG_KEY), "API key")
    check.refused("413", ApiError, lambda: asked(HUGE), "413")
    check.refused("429", cohere.TooManyRequestsError, lambda: asked(key=POOR_KEY), "quota")


@client("cohere", "Client")
def version_1(check: Checks) -> None:
    caller = cohere.Client(KEY, base_url=URL)
    check.ranked(found(caller.rerank(query=QUERY, documents=DOCUMENTS)))
    check.ranked(found(caller.rerank(query=QUERY, documents=DOCUMENTS, top_n=2)), limit=2)
    objects = [{"text": text, "number": str(place)} for place, text in enumerate(DOCUMENTS)]
    answer = caller.rerank(
        query=QUERY, documents=objects, rank_fields=["text"], return_documents=True
    )
    check.that("objects", answer.results[0].document.text == DOCUMENTS[answer.results[0].index])


run()

# /// script
# dependencies = ["litellm==1.106.2"]
# ///
"""LiteLLM, as a client of six vendors."""

import logging
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # otherwise it downloads its price list

import litellm
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

litellm.suppress_debug_info = True
logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)  # refusals are expected here
#: base by provider; the path is LiteLLM's own
BASES = {
    "cohere": URL,
    "jina_ai": URL,
    "voyage": f"{URL}/compat/voyage",  # its requests to Voyage can look like those to Jina
    "hosted_vllm": URL,
    "infinity": f"{URL}/compat/infinity",
    "huggingface": URL,
}


def registered(provider):
    @client("litellm", provider)
    def checked(check: Checks) -> None:
        def answered(documents=DOCUMENTS, key=KEY, **options):
            return litellm.rerank(
                model=f"{provider}/{MODEL}",
                query=QUERY,
                documents=documents,
                api_base=BASES[provider],
                api_key=key,
                num_retries=0,
                **options,
            )

        def found(*given, **options):
            rows = answered(*given, **options).results
            return [(row["index"], row["relevance_score"]) for row in rows]

        check.ranked(found())
        if provider != "huggingface":  # TEI returns every text
            check.ranked(found(top_n=2), limit=2)
        check.thousand(found(THOUSAND))
        check.refused("401", litellm.AuthenticationError, lambda: answered(key=WRONG_KEY))
        check.refused("413", Exception, lambda: answered(HUGE), "2000000 bytes")
        check.refused("429", litellm.RateLimitError, lambda: answered(key=POOR_KEY))


for name in BASES:
    registered(name)
run()

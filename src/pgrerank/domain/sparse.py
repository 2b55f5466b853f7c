"""Learned sparse weights: weights of the tokens of a text by a model such as SPLADE or BGE-M3."""

import math
from collections.abc import Mapping
from typing import TypeAlias

from pgrerank.domain.bounds import lone_surrogate
from pgrerank.domain.errors import InvalidRequestError

MAX_WEIGHTS = 1000
MAX_TOKEN_CHARACTERS = 256
MAX_WEIGHT = 1e6

#: weight by token, as the model writes it; above 0
SparseWeights: TypeAlias = Mapping[str, float]


def check_weights(field: str, weights: SparseWeights | None) -> None:
    """Accept None and weights that can be stored.

    Raises:
        InvalidRequestError: There are more than 1,000 weights, a weight is not above 0 and at most
            1,000,000, or a token is empty, overlong or cannot be stored; names the field.
    """
    if weights is None:
        return
    if len(weights) > MAX_WEIGHTS:
        raise InvalidRequestError(field, f"must hold at most {MAX_WEIGHTS} weights")
    for token, weight in weights.items():
        if not (0 < weight <= MAX_WEIGHT and math.isfinite(weight)):
            raise InvalidRequestError(
                field, f"weighs `{token[:40]}` {weight}; must be above 0 and at most {MAX_WEIGHT:g}"
            )
        if not _is_token(token):
            raise InvalidRequestError(
                field,
                f"has a token that is not 1 to {MAX_TOKEN_CHARACTERS} characters Postgres can store",
            )


def _is_token(token: str) -> bool:
    storable = "\0" not in token and lone_surrogate(token) is None
    return 1 <= len(token) <= MAX_TOKEN_CHARACTERS and storable

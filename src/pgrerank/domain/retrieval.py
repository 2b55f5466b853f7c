"""Settings of the first stage of a collection: BM25 and fusion."""

from dataclasses import dataclass
from enum import StrEnum

from pgrerank.domain.bounds import within
from pgrerank.domain.errors import InvalidRequestError

MAX_K1 = 10.0
MAX_WEIGHT = 100.0
MAX_RRF_K = 10_000
#: smallest number except 0; products of smaller ones could underflow in Postgres
SMALLEST = 1e-6
_NUMBERS = ("k1", "b", "title_boost", "dense_weight", "keyword_weight", "sparse_weight")


class Fusion(StrEnum):
    """How the lists of the legs are merged. sql/functions/fuse_v1.sql does it."""

    RRF = "rrf"
    WEIGHTED = "weighted"


#: what each method does, for the guides
_METHODS = {
    Fusion.RRF: "by ranks",
    Fusion.WEIGHTED: "by scores, scaled within each leg",
}
FUSION_METHODS = "; ".join(f"`{method}`: {_METHODS[method]}" for method in Fusion) + "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The settings of a collection's first stage, which can be changed at any time.

    BM25 is that of Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
    Beyond" (2009), with the idf of Lucene. A word that occurs tf times in a chunk adds
    ln(1 + (N - df + 0.5) / (df + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean length)).

    Raises:
        InvalidRequestError: A setting is out of range, or all weights of legs are 0; names the
            field.
    """

    #: term-frequency saturation, 0-10; the larger, the more repetitions of a word count; 0: none
    k1: float = 0.9
    #: length normalisation, 0-1; the larger, the more long chunks are penalised
    b: float = 0.4
    #: weight of an occurrence in the title, 0-100; one in the body has weight 1
    title_boost: float = 1.0
    #: rrf is of Cormack, Clarke and Buettcher (2009)
    fusion: Fusion = Fusion.RRF
    #: constant added to every rank in rank fusion, 1-10,000; the larger, the less ranks differ
    rrf_k: int = 60
    #: weight of the dense leg in fusion, 0-100
    dense_weight: float = 1.0
    #: weight of the keyword leg, 0-100
    keyword_weight: float = 1.0
    #: weight of the sparse leg, 0-100
    sparse_weight: float = 1.0

    def __post_init__(self) -> None:
        within("k1", self.k1, 0, MAX_K1)
        within("b", self.b, 0, 1)
        within("title_boost", self.title_boost, 0, MAX_WEIGHT)
        within("rrf_k", self.rrf_k, 1, MAX_RRF_K)
        within("dense_weight", self.dense_weight, 0, MAX_WEIGHT)
        within("keyword_weight", self.keyword_weight, 0, MAX_WEIGHT)
        within("sparse_weight", self.sparse_weight, 0, MAX_WEIGHT)
        for name in _NUMBERS:
            if 0 < getattr(self, name) < SMALLEST:
                raise InvalidRequestError(name, f"must be 0 or at least {SMALLEST}")
        if not self.dense_weight + self.keyword_weight + self.sparse_weight:
            raise InvalidRequestError("dense_weight", "must not be 0 if all other weights are")

"""Which model serves under the names in the settings, and that all of them are closed."""

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace

import pytest
from msgspec import structs

from pgrerank.domain.errors import ModelError
from pgrerank.domain.model import ScoreKind
from pgrerank.inference.remote.opened import RemoteModels
from pgrerank.settings import Settings
from pgrerank.wiring import LOADER, LocalModels, load_models, models, server
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder, FakeScorer, bag_of_words

BACKENDS = """
[reranker.cloud]
url = "http://127.0.0.1:1"
dialect = "cohere"

[embedder.vectors]
url = "http://127.0.0.1:1"
dialect = "openai"
model = "e"
dimensions = 2
"""


@dataclass
class Loader:
    """Takes the place of the models that would be loaded in this process."""

    models: LocalModels
    loaded: list[Settings] = field(default_factory=list)
    is_open: bool = False

    @contextmanager
    def __call__(self, settings, _):
        self.loaded.append(settings)
        self.is_open = True
        try:
            yield self.models
        finally:
            self.is_open = False


@asynccontextmanager
async def opened(loader, settings):
    token = LOADER.set(loader)
    try:
        async with load_models(settings) as found:
            yield found
    finally:
        LOADER.reset(token)


@pytest.fixture
def loader():
    return Loader(LocalModels(embedder=FakeEmbedder(), scorer=FakeScorer(), late=None))


@pytest.fixture
def backends(tmp_path):
    file = tmp_path / "backends.toml"
    file.write_text(BACKENDS)
    return file


async def test_names_of_no_backend_are_models_of_this_process(loader, backends):
    for file in (None, backends):
        async with opened(loader, Settings(backends=file)) as found:
            assert (found.embedder, found.scorer) == (loader.models.embedder, loader.models.scorer)
            assert found.local is loader.models
    assert len(loader.loaded) == 2


async def test_a_name_of_the_backends_file_is_the_model_there(loader, backends):
    settings = Settings(backends=backends, reranker="cloud")

    async with opened(loader, settings) as found:
        assert found.scorer is found.remote.rerankers["cloud"]
        assert found.embedder is loader.models.embedder

    async with opened(loader, structs.replace(settings, embedder="vectors")) as found:
        assert found.embedder is found.remote.embedders["vectors"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"reranker": "clowd"}, "no reranker of this name. Did you mean `cloud`?"),
        ({"embedder": "vektors"}, "no embedder of this name. Did you mean `vectors`?"),
        # A name of the other kind is no name of this kind.
        ({"embedder": "cloud"}, "no embedder of this name"),
        ({"reranker": "vectors"}, "no reranker of this name"),
    ],
)
async def test_a_name_of_nothing_is_refused_before_anything_is_loaded(
    loader, backends, names, said
):
    with pytest.raises(ModelError, match="cannot be used") as refused:
        async with opened(loader, Settings(backends=backends, **names)):
            pass

    assert said in str(refused.value)
    assert loader.loaded == []


async def test_models_are_closed_also_after_an_error(loader):
    async def work():
        async with opened(loader, Settings()):
            assert loader.is_open
            raise KeyError

    with pytest.raises(KeyError):
        await work()
    assert not loader.is_open


@pytest.mark.parametrize(
    ("fingerprint", "kind", "reads"),
    [
        ("the one", ScoreKind.MAXSIM, True),
        ("another", ScoreKind.MAXSIM, False),
        ("the one", ScoreKind.LOGIT, False),
    ],
)
async def test_lists_are_read_only_by_the_late_interaction_of_the_reranker(
    fingerprint, kind, reads
):
    late, scorer = FakeLate(bag_of_words), FakeScorer()
    late.model = replace(late.model, stands_for="the one")
    scorer.model = replace(scorer.model, fingerprint=fingerprint, score_kind=kind)
    loader = Loader(LocalModels(embedder=FakeEmbedder(), scorer=scorer, late=late))

    async with opened(loader, Settings()) as found:
        assert (found.reader is late) is reads
        assert found.late is late


@pytest.mark.parametrize(
    ("embedder", "reranker", "loaded"),
    [
        ("all-MiniLM-L6-v2", "late-interaction", "all-MiniLM-L6-v2"),
        ("/my/embedder", "cloud", "/my/embedder"),
        # A packaged reranker reads with the packaged embedder; others bring their own.
        ("vectors", "late-interaction", "all-MiniLM-L6-v2"),
        ("vectors", "/my/reranker", None),
        ("vectors", "cloud", None),
    ],
)
def test_only_an_embedder_that_is_needed_is_loaded(embedder, reranker, loaded):
    remote = RemoteModels(rerankers={"cloud": FakeScorer()}, embedders={"vectors": FakeEmbedder()})

    given = Settings(embedder=embedder, reranker=reranker)

    assert models._local_embedder(given, remote) == loaded


@dataclass(frozen=True)
class OnEngine:
    """A loaded model, as far as its engine matters."""

    engine: object


def test_models_that_share_an_engine_have_one_queue():
    shared, other = object(), object()

    def engines(embedder, scorer):
        named = {
            name: None if engine is None else OnEngine(engine)
            for name, engine in (("embedder", embedder), ("scorer", scorer))
        }
        return server._engines(LocalModels(**named, late=None))

    assert engines(shared, shared) == {"embedder": shared}
    assert engines(shared, other) == {"embedder": shared, "reranker": other}
    assert engines(None, other) == {"reranker": other}
    assert engines(None, None) == {}

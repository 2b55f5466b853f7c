"""Which model serves under the names in the settings, and that all of them are closed."""

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest
from msgspec import structs

from pgrerank.domain.errors import ModelError
from pgrerank.inference.remote.opened import RemoteModels
from pgrerank.settings import Settings
from pgrerank.wiring import LOADER, LocalModels, load_models, models, server
from tests.fake_tokens import FakeLate
from tests.fakes import FakeEmbedder, FakeScorer

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
    return Loader(
        LocalModels(embedder=FakeEmbedder(), encoder=None, scorer=FakeScorer(), late=None)
    )


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
        ({"token_model": "vectors"}, "all-MiniLM-L6-v2 or bge-small-en-v1.5"),
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


async def test_lists_are_read_by_late_interaction_whatever_the_reranker():
    late = FakeLate()
    loader = Loader(
        LocalModels(embedder=FakeEmbedder(), encoder=None, scorer=FakeScorer(), late=late)
    )

    async with opened(loader, Settings()) as found:
        assert found.reader is late
        assert found.late is late


@pytest.mark.parametrize(
    ("given", "embedder", "token_model"),
    [
        ({}, "all-MiniLM-L6-v2", "all-MiniLM-L6-v2"),
        ({"token_model": "bge-small-en-v1.5"}, "all-MiniLM-L6-v2", "bge-small-en-v1.5"),
        ({"embedder": "bge-small-en-v1.5"}, "bge-small-en-v1.5", "bge-small-en-v1.5"),
        # Packaged rerankers read token vectors; others bring their own models.
        ({"embedder": "/my/embedder"}, "/my/embedder", "all-MiniLM-L6-v2"),
        ({"embedder": "/my/embedder", "reranker": "cloud"}, "/my/embedder", None),
        ({"embedder": "vectors"}, None, "all-MiniLM-L6-v2"),
        ({"embedder": "vectors", "reranker": "/my/reranker"}, None, None),
        ({"embedder": "vectors", "reranker": "cloud"}, None, None),
        (
            {"embedder": "vectors", "reranker": "cloud", "token_model": "bge-small-en-v1.5"},
            None,
            "bge-small-en-v1.5",
        ),
    ],
)
def test_only_encoders_that_are_needed_are_loaded(given, embedder, token_model):
    remote = RemoteModels(rerankers={"cloud": FakeScorer()}, embedders={"vectors": FakeEmbedder()})

    settings = Settings(**given)

    assert models._embedder(settings, remote) == embedder
    assert models._token_model(settings, remote) == token_model


@dataclass(frozen=True)
class OnEngine:
    """A loaded model, as far as its engine matters."""

    engine: object


def test_models_that_share_an_engine_have_one_queue():
    first, second, third = object(), object(), object()

    def engines(**by_field):
        named = {
            name: None if engine is None else OnEngine(engine) for name, engine in by_field.items()
        }
        return server._engines(LocalModels(**named, late=None))

    assert engines(embedder=first, encoder=first, scorer=first) == {"embedder": first}
    assert engines(embedder=first, encoder=first, scorer=second) == {
        "embedder": first,
        "reranker": second,
    }
    assert engines(embedder=first, encoder=second, scorer=second) == {
        "embedder": first,
        "tokens": second,
    }
    assert engines(embedder=first, encoder=second, scorer=third) == {
        "embedder": first,
        "tokens": second,
        "reranker": third,
    }
    assert engines(embedder=None, encoder=None, scorer=third) == {"reranker": third}
    assert engines(embedder=None, encoder=None, scorer=None) == {}

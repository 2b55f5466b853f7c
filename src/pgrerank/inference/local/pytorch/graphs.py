"""Which modules of transformers have an OpenVINO graph here, and their weights."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from typing import Any

from transformers import BertModel, PreTrainedModel, RobertaModel, XLMRobertaModel

from pgrerank.inference.local.pytorch.device import arrays
from pgrerank.inference.openvino.weights import Transformer, transformer

_FAMILY = (BertModel, RobertaModel, XLMRobertaModel)
_ACTIVATIONS = frozenset({"gelu"})


def unsupported_reason(module: PreTrainedModel) -> str | None:
    """Why the graph of a transformer cannot be built; None if it can."""
    if type(module) not in _FAMILY:
        return f"{type(module).__name__} is none of {', '.join(k.__name__ for k in _FAMILY)}"
    config: Any = module.config
    if config.hidden_act not in _ACTIVATIONS:
        return f"its activation is {config.hidden_act}"
    if config.is_decoder or config.add_cross_attention:
        return "it is a decoder"
    kind = getattr(config, "position_embedding_type", "absolute")
    return None if kind in ("absolute", None) else f"its positions are {kind}"


def transformer_weights(module: PreTrainedModel) -> Transformer:
    """Weights of a module whose graph can be built."""
    config: Any = module.config
    return transformer(
        arrays(module.state_dict()),
        heads=config.num_attention_heads,
        epsilon=config.layer_norm_eps,
        # RoBERTa's positions start after the row of the padding.
        first_position=0 if type(module) is BertModel else config.pad_token_id + 1,
    )

"""Transformers of the BERT family as graphs built here and compiled by OpenVINO for the CPU."""

import sys

# OpenVINO reports each import of itself to its makers through this package, if it is installed. A
# module that is None cannot be imported; OpenVINO then uses a stub that sends nothing.
sys.modules.setdefault("openvino_telemetry", None)  # pyright: ignore[reportArgumentType]

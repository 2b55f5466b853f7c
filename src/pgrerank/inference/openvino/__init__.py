"""Transformers of the BERT family as graphs of our own, compiled by OpenVINO for the CPU."""

import sys

# OpenVINO reports every import of itself to its makers through this package, where it is found. A
# module that is None cannot be imported, and OpenVINO then takes a stand-in that sends nothing.
sys.modules.setdefault("openvino_telemetry", None)  # pyright: ignore[reportArgumentType]

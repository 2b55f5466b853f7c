"""Measure orders against judgments: evaluate, compare, tune, replay."""

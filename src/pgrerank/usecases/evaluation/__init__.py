"""Measure rankings against judgments: evaluate, compare, tune, replay."""

"""Turn scores into probabilities, and choose thresholds that keep a promised precision."""

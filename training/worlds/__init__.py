"""Procedural game-like clips with the state a plugin would send: training data for games nobody has seen."""

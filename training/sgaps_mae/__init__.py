"""SGAPS-MAE: the learned reconstructor (S6-S9, S16-S18)."""

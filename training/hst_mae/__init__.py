"""HST-MAE: the learned part of the archive codec (H1-H12, H16-H18)."""

"""Numbers to pictures: curves, histograms, matrices."""

"""Who is it: galleries, classifiers, and when the answer is "unknown"."""

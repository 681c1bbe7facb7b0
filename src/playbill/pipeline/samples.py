"""What an analysed frame stands for; the rule is the archive's as well: `core/samples.py`."""

from playbill.core.samples import sample_spans, shot_numbers

__all__ = ["sample_spans", "shot_numbers"]

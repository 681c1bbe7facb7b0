"""Somewhere between where a network began and where its training ended.

Weights on the straight line between the two keep more of what the start knew than the end does,
and often do better than both (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").
"""

import torch
from torch import nn


def blend(start: nn.Module, trained: nn.Module, share: float) -> None:
    """Move `trained` back until it is `share` of the way from `start`; 1 leaves it where it is.

    Raises:
        ValueError: the share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    before = start.state_dict()
    with torch.no_grad():
        for name, values in trained.state_dict().items():
            if values.is_floating_point():
                values.lerp_(before[name].to(values), 1 - share)

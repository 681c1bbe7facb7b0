"""What YuNet says of a cell, and where in its answer each part stands."""

from types import MappingProxyType

PARTS = MappingProxyType({"cls": 1, "obj": 1, "bbox": 4, "kps": 10})
"""What the network says about each cell, in the order of the map's planes, with how many."""


def map_of(stride: int) -> str:
    """The output's name: (1, 16, rows, columns) the logits of `cls` and `obj`, `bbox`, `kps`."""
    return f"map_{stride}"

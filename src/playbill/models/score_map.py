"""Non-maximum suppression on a grid of equal squares, where neighbours are the only rivals."""

import numpy as np
from numpy.typing import NDArray

Cells = tuple[NDArray[np.int64], NDArray[np.int64]]


def peaks(scores: NDArray[np.float32], min_score: float) -> Cells:
    """Rows and columns of the cells above `min_score` that no better kept neighbour touches.

    The same cells as greedy non-maximum suppression keeps, when a cell's square overlaps by too
    much with those of its eight neighbours and with no others. Of equal scores the earlier cell is
    the better one. All cells that beat their neighbours are settled at once, until none is left.
    """
    rows, columns = np.nonzero(scores > min_score)
    width = scores.shape[1] + 2
    cells = (rows + 1) * width + columns + 1
    best_first = cells[np.argsort(-scores[rows, columns], kind="stable")]
    ranks = np.zeros((scores.shape[0] + 2) * width, np.int64)
    ranks[best_first] = np.arange(len(cells), 0, -1)
    around = np.array([-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
    kept = [np.empty(0, np.int64)]
    while len(cells):
        rivals = ranks[cells[:, None] + around].max(axis=1)
        winners = cells[ranks[cells] > rivals]
        kept.append(winners)
        ranks[winners] = 0
        ranks[winners[:, None] + around] = 0
        cells = cells[ranks[cells] > 0]
    found_rows, found_columns = np.divmod(np.sort(np.concatenate(kept)), width)
    return found_rows - 1, found_columns - 1

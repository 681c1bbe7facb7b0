"""Which rows go with which columns, so that the gains together are greatest."""

import numpy as np
from numpy.typing import NDArray

_NEVER = 1e9


def best_pairs(gains: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pairs of row and column, each in one pair at most, with the greatest sum of gains.

    Rows and columns may stay alone, which gains nothing. The Hungarian method with shortest
    augmenting paths (Jonker and Volgenant, 1987).

    Args:
        gains: (n, m); what is not above 0 is no pair.

    >>> best_pairs(np.array([[0.9, 0.8], [0.8, 0.1]], np.float32))
    [(0, 1), (1, 0)]
    """
    rows, columns = gains.shape
    costs = np.full((rows, columns + rows), 0.0)
    costs[:, :columns] = np.where(gains > 0, -gains.astype(np.float64), _NEVER)
    row_of = _row_of_column(costs)
    return sorted(
        (int(row), column) for column, row in enumerate(row_of[:columns].tolist()) if row >= 0
    )


def _row_of_column(costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """(columns,) the row that each column goes with, -1 for none; no fewer columns than rows."""
    rows, columns = costs.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns + 1)
    row_of = np.full(columns + 1, -1)  # the last column is where a new row begins its path
    for row in range(rows):
        row_of[columns], column = row, columns
        slack, came_from = np.full(columns, np.inf), np.full(columns, columns)
        visited = np.zeros(columns + 1, bool)
        while row_of[column] >= 0:
            visited[column] = True
            reduced = costs[row_of[column]] - row_price[row_of[column]] - column_price[:columns]
            closer = ~visited[:columns] & (reduced < slack)
            slack[closer], came_from[closer] = reduced[closer], column
            open_slack = np.where(visited[:columns], np.inf, slack)
            nearest = int(open_slack.argmin())
            step = open_slack[nearest]
            row_price[row_of[visited]] += step
            column_price[visited] -= step
            slack[~visited[:columns]] -= step
            column = nearest
        while column != columns:
            before = came_from[column]
            row_of[column] = row_of[before]
            column = int(before)
        row_of[columns] = -1
    return row_of[:columns]

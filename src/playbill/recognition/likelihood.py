"""How likely a face is each person's, or nobody's: Bayes' rule on what scores mean.

A face is a stranger's with a prior probability of `1 - KNOWN`; otherwise it is as likely anybody's
of the gallery. What a score says is a ratio of two densities, both in the network's card: of known
faces with their own person, of as many pictures, and of strangers with anybody. A second person who
scores nearly as high takes from the first.
"""

import numpy as np
from numpy.typing import NDArray

from playbill.recognition.network_scores import NetworkScores

KNOWN = 0.5
"""The share of faces that are taken to be somebody's whom the gallery knows, before any is seen."""
SURE_SHARE = 0.7
"""Of known faces' scores: a higher one than theirs says no more."""
Scores = NDArray[np.float32]


def probabilities(
    scores: Scores, pictures: NDArray[np.int64], network: NetworkScores
) -> NDArray[np.float64] | None:
    """(n, people) probabilities; what a row lacks to 1 is that of a stranger.

    Args:
        scores: (n, people) as `Closeness` has them.
        pictures: (people,) how many each has.
        network: what scores mean; None comes back where nobody has measured it.
    """
    strangers, known = network.strangers, network.known
    if strangers is None or strangers.best is None or known is None:
        return None
    ratios = np.empty(scores.shape, np.float64)
    for count in np.unique(pictures):
        columns = pictures == count
        most = known.score(SURE_SHARE, int(count))
        some = np.minimum(scores[:, columns], np.float32(most))
        against = strangers.best.log_density(some, 1)
        ratios[:, columns] = known.log_density(some, int(count)) - against
    evidence = ratios + np.log(KNOWN / max(1, len(pictures)))
    nobody = np.full((len(scores), 1), np.log(1 - KNOWN))
    every = np.concatenate([evidence, nobody], axis=1)
    every -= every.max(axis=1, keepdims=True)
    likely = np.exp(every)
    shares: NDArray[np.float64] = likely[:, :-1] / likely.sum(axis=1, keepdims=True)
    return shares

"""The same person or not: pairs of LFW pictures, as its ten-fold protocol has them.

LFW's own list of pairs needs pictures that are not here, so pairs are drawn, seeded, in its manner:
see `evaluation.faces.pairs`.
"""

from benchmarks.faces import embed_folder
from benchmarks.rows import Row
from playbill.evaluation.faces.pairs import draw_pairs
from playbill.evaluation.faces.verification import verify

MUST = 0.985


def run() -> list[Row]:
    """One row."""
    lfw = embed_folder("lfw")
    found = verify(lfw, draw_pairs(lfw.people))
    return [
        Row(
            what="verification, LFW pairs",
            must=f">= {MUST}",
            measured=f"{found.accuracy:.4f} (standard error {found.standard_error:.4f})",
            met=found.accuracy >= MUST,
            note=f"{found.pairs} seeded pairs in {len(found.fold_accuracies)} folds without common "
            f"people; cosine {found.same_mean:.2f} within and {found.different_mean:.2f} between "
            f"people; of {len(lfw)} pictures {int((~lfw.found).sum())} without a face found; "
            f"{lfw.space}",
        )
    ]

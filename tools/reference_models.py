"""`docs/reference/models.md`: the cards of the networks that Playbill knows."""

from playbill.models.cards import InputContract, ModelCard, Strangers, package_cards
from playbill.models.catalogue import Choice
from tools.markdown import code, page, table

HEAD = """Networks are files. The `playbill-` ones come with the package; nothing is downloaded
unasked. `playbill models list` says which of them this machine has, `playbill models verify`
checks their bytes. Where they are looked for and how to add your own:
[how-to](../how-to.md#networks)."""


def models_page() -> str:
    """The page."""
    defaults = Choice()
    chosen = {defaults.face_detector, defaults.face_embedder, defaults.object_detector}
    return page(
        "Networks", HEAD, *(_card(card, card.name in chosen) for card in package_cards().values())
    )


def _card(card: ModelCard, default: bool) -> str:  # noqa: FBT001 - one caller, just above
    rows = [
        [
            "task",
            card.task
            + (" (the default for it)" if default else f"; chosen with `--models {card.name}`"),
        ],
        ["architecture", code(card.architecture)],
        ["licence", card.licence],
        ["source", card.source],
        ["input", _input(card.input)],
    ]
    rows += [["labels", f"COCO's 80 ({code(card.label_set)})"]] if card.label_set else []
    rows += [["strangers", _strangers(card.strangers)]] if card.strangers else []
    files = [[code(file.name), code(file.sha256)] for file in card.files]
    parts = [f"## {card.name}", table(["", ""], rows), table(["file", "SHA-256"], files)]
    if card.package:
        inside = [[code(file.name), code(file.sha256)] for file in card.package.files]
        parts.append(
            f"Or inside the Python package {code(card.package.package)}, which is never imported:"
        )
        parts.append(table(["file", "SHA-256"], inside))
    return "\n\n".join(parts)


def _input(contract: InputContract) -> str:
    size = f"{contract.size_wh[0]} x {contract.size_wh[1]}" if contract.size_wh else "any size"
    plain = (contract.mean, contract.divisor) == (0, 1)
    values = "0 to 255" if plain else f"(x - {contract.mean:g}) / {contract.divisor:g}"
    return f"{size}, {contract.channels}, {values}"


def _strangers(measured: Strangers) -> str:
    tail = ", ".join(f"{1 - share:.4%} above {score:.3f}" for share, score in measured.quantiles)
    pairs = f"{measured.n:,} pairs of different people ({measured.measured_on})"
    return f"cosines of {pairs}: mean {measured.mean:.3f}; {tail}"

"""What people call things, and which of COCO's 80 classes come near."""

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from playbill.core.labels import COCO_80

SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        "person": "man woman child boy girl people human pedestrian player actor baby crowd",
        "bicycle": "bike cycle ebike",
        "car": "automobile vehicle taxi cab van jeep limousine",
        "motorcycle": "motorbike scooter moped vespa",
        "airplane": "aeroplane plane aircraft jet airliner helicopter",
        "bus": "coach minibus tram",
        "train": "locomotive tram railway metro subway",
        "truck": "lorry pickup van trailer",
        "boat": "ship yacht canoe kayak ferry sailboat vessel",
        "traffic light": "stoplight semaphore lights lamp",
        "fire hydrant": "hydrant",
        "stop sign": "roadsign sign",
        "bench": "pew seat",
        "bird": "pigeon gull duck swan eagle parrot chicken",
        "cat": "kitten",
        "dog": "puppy hound",
        "horse": "pony foal",
        "sheep": "lamb goat",
        "cow": "cattle bull calf ox",
        "backpack": "rucksack knapsack bag",
        "umbrella": "parasol",
        "handbag": "purse bag clutch",
        "tie": "necktie bowtie",
        "suitcase": "luggage baggage trunk briefcase bag",
        "skis": "ski",
        "sports ball": "ball football soccer basketball volleyball",
        "bottle": "flask carafe",
        "wine glass": "glass goblet champagne",
        "cup": "mug glass beaker teacup",
        "bowl": "dish basin",
        "donut": "doughnut",
        "cake": "pie pastry gateau",
        "chair": "seat stool armchair",
        "couch": "sofa settee armchair",
        "potted plant": "plant flower houseplant tree",
        "dining table": "table desk",
        "toilet": "lavatory wc loo",
        "tv": "television screen monitor telly display",
        "laptop": "computer notebook pc",
        "remote": "control clicker",
        "keyboard": "piano",
        "cell phone": "phone telephone mobile smartphone cellphone handy",
        "oven": "stove cooker",
        "sink": "washbasin basin",
        "refrigerator": "fridge freezer",
        "book": "magazine novel",
        "clock": "watch timepiece",
        "vase": "urn jar",
        "teddy bear": "teddy toy plush",
        "hair drier": "hairdryer dryer",
    }
)
"""Each class with words that people say for it, or for what is easily taken for it."""
MOST = 3
"""Classes that are named."""
LEAST_LIKENESS = 0.6
"""Of the letters of two words (difflib's ratio)."""


def near_labels(word: str) -> tuple[str, ...]:
    """The classes that come near a word that is none, the nearest first.

    Those that have it among their words come first, then those that people mean by it; where there
    are none, those that are spelled nearly so.

    >>> near_labels("sofa"), near_labels("glass"), near_labels("girafe")
    (('couch',), ('wine glass', 'cup'), ('giraffe',))
    """
    wanted = " ".join(word.casefold().split())
    singular = wanted.removesuffix("s")
    meant = [label for label, said in SPOKEN.items() if {wanted, singular} & {*said.split()}]
    within = [label for label in COCO_80 if {wanted, singular} & {*label.split(), label}]
    spelled = get_close_matches(wanted, COCO_80, n=MOST, cutoff=LEAST_LIKENESS)
    found = dict.fromkeys([*within, *meant] or spelled)
    return tuple(found)[:MOST]

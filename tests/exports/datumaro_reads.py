"""Run by datumaro's own environment: prints the boxes that it reads in a data set, as JSON."""

import json
import sys
from typing import Any

from datumaro import AnnotationType, Dataset

NAMES = {"coco": "coco_instances", "voc": "voc", "yolo": "yolo", "cvat": "cvat"}


def main(name: str, folder: str) -> None:
    path = f"{folder}/annotations.xml" if name.startswith("cvat") else folder
    dataset = Dataset.import_from(path, NAMES[name.removesuffix("-video")])
    labels = dataset.categories()[AnnotationType.label]
    boxes, names = [], []
    for item in sorted(dataset, key=frame_of):
        for found in item.annotations:
            if found.type == AnnotationType.bbox and not found.attributes.get("outside"):
                box = [round(float(side)) for side in found.get_bbox()]
                boxes.append([frame_of(item), labels[found.label].name, box])
                if found.attributes.get("name"):
                    names.append(found.attributes["name"])
    sys.stdout.write(json.dumps({"boxes": sorted(boxes), "names": sorted(names)}) + "\n")


def frame_of(item: Any) -> int:
    return int(str(item.id)[-6:])


main(sys.argv[1], sys.argv[2])

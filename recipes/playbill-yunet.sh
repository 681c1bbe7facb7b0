#!/usr/bin/env bash
# Makes the face detector that comes with Playbill. PLAYBILL_DATA and PLAYBILL_MODELS name the folders of pictures and
# networks; stopped, it goes on where it was when it is started again. Why so: docs/decisions/0029-face-detection.md.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-runs/playbill-yunet}

# A picture of every twelfth person, but for those whom the face network is measured on.
people="$out/people"
mkdir -p "$people"
ls "$PLAYBILL_DATA/lfw" | grep -vxFf recipes/playbill-face.held-out.txt | awk 'NR % 12 == 0' |
    sed "s|.*|$PLAYBILL_DATA/lfw/&/&_0001.jpg|" | xargs cp -t "$people"

.venv/bin/playbill train face-detector \
    "$PLAYBILL_DATA/coco/instances_train.json" "$people" "$PLAYBILL_DATA/stills" \
    --held-out "$PLAYBILL_DATA/coco/instances_val.json" \
    --start yunet --other mtcnn --steps 150 --batch 8 --side 192 --evaluate-every 0 --lr 3e-4 --warmup 15 --ema 0.97 --seed 3 \
    --name playbill-yunet --out "$out"

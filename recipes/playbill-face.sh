#!/usr/bin/env bash
# Makes the face network that comes with Playbill. PLAYBILL_DATA and PLAYBILL_MODELS name the folders of pictures
# and networks; stopped, it goes on where it was when it is started again.
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/playbill train distil facenet_vggface2 \
    "$PLAYBILL_DATA/lfw" "$PLAYBILL_DATA/coco/train" "$PLAYBILL_DATA/stills" "$PLAYBILL_DATA/johns" \
    --student compact \
    --held-out recipes/playbill-face.held-out.txt \
    --steps 5000 --batch 128 --optimiser muon --lr 2e-3 --weight-decay 0.05 --warmup 100 --ema 0.999 \
    --evaluate-every 500 \
    --name playbill-face --out "${1:-runs/playbill-face}"

#!/usr/bin/env bash
# Makes the object network that comes with Playbill. PLAYBILL_DATA and PLAYBILL_MODELS name the folders of pictures
# and networks; stopped, it goes on where it was when it is started again. Why these figures: playbill-ssd.md.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-runs/playbill-ssd}
mkdir -p "$out"

[ -e "$out/data" ] || .venv/bin/playbill dataset merge \
    "$PLAYBILL_DATA/coco/instances_train.json" "$PLAYBILL_DATA/voc/VOCdevkit" --skip-bad --out "$out/data"
.venv/bin/playbill train objects "$out/data/instances_merged.json" \
    --network ssd-mobilenet-v1 --start ssd_mobilenet_v1_coco \
    --held-out "$PLAYBILL_DATA/coco/instances_val.json" \
    --frozen 12 --min-nearest 0.5 --mining focal --optimiser sgd --lr 6e-4 --weight-decay 0 --warmup 20 \
    --steps 150 --batch 16 --ema 0.98 --seed 5 \
    --name playbill-ssd --out "$out"

# Into the package, and from which scores on its objects are shown (docs/decisions/0028-objects.md).
starter=src/playbill/models/starter
cp "$out/playbill-ssd.onnx" "$out/playbill-ssd.anchors.npy" "$out/playbill-ssd.card.toml" "$starter/"
.venv/bin/playbill evaluate thresholds "$PLAYBILL_DATA/coco/instances_train.json" \
    --models playbill-ssd --right 0.80 --card "$starter/playbill-ssd.card.toml"

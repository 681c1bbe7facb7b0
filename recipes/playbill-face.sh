#!/usr/bin/env bash
# Makes the face network that comes with Playbill. PLAYBILL_DATA and PLAYBILL_MODELS name the folders of pictures
# and networks; stopped, it goes on where it was when it is started again.
set -euo pipefail
cd "$(dirname "$0")/.."

run="${1:-runs/playbill-face}"
name=playbill-face
held_out=recipes/playbill-face.held-out.txt

.venv/bin/playbill train distil facenet_vggface2 \
    "$PLAYBILL_DATA/lfw" "$PLAYBILL_DATA/coco/train" "$PLAYBILL_DATA/stills" "$PLAYBILL_DATA/johns" \
    --student compact --held-out "$held_out" \
    --steps 5000 --batch 128 --optimiser muon --lr 2e-3 --weight-decay 0.05 --warmup 100 --ema 0.999 \
    --evaluate-every 500 \
    --licence MIT \
    --source "Playbill's own, distilled from facenet_vggface2 (MIT) on faces of LFW, COCO, Tears of Steel and dlib's johns: docs/models.md" \
    --name "$name" --out "$run"

# Into the package; what strangers score, from the people that were kept apart, goes into its card there, since the
# package's own networks are the first that a name stands for.
starter=src/playbill/models/starter
cp "$run/$name.onnx" "$run/$name.card.toml" "$starter/"
.venv/bin/playbill evaluate strangers "$PLAYBILL_DATA/lfw" \
    --models "$name" --people "$held_out" --card "$starter/$name.card.toml"

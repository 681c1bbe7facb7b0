"""Training a YOLOX: on labelled pictures, and on what a better detector says of any pictures."""

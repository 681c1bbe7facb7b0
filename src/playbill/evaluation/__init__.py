"""How good is it: faces, objects and galleries measured on data kept apart."""

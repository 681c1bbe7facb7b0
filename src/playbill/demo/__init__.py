"""A clip whose truth is known, out of photographs that a package carries."""

from playbill.demo.material import DemoMaterial, make_demo_material
from playbill.demo.truth import Comparison, Expected, Scene, compare

__all__ = ["Comparison", "DemoMaterial", "Expected", "Scene", "compare", "make_demo_material"]

"""A gallery in the making: its methods on pictures that were held out of it."""

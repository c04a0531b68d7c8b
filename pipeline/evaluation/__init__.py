"""How good a model is: figures with intervals, calibration, challenges, other names in a text, two models compared."""

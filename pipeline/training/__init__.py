"""From labelled sentences to a fitted, calibrated model, with scikit-learn."""

"""How fast the scorer is beside scikit-learn and fastText on the same sentences: `make bench`."""

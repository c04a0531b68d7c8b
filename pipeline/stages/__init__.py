"""The stages of the pipeline in the order of dvc.yaml; each reads, calls a room and writes."""

"""Stance of news sentences: denial, accusation, warning or neutral."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.classifying.frames import classify_frame
    from pipeline.records import LABELS, Prediction
    from pipeline.scoring.model import StanceModel
    from pipeline.training.estimator import StanceClassifier

__all__ = ["LABELS", "Prediction", "StanceClassifier", "StanceModel", "classify_frame"]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for, so that `import pipeline` costs nothing."""
    if name == "StanceModel":
        from pipeline.scoring.model import StanceModel

        return StanceModel
    if name == "StanceClassifier":
        try:
            from pipeline.training.estimator import StanceClassifier
        except ModuleNotFoundError as error:
            raise ImportError(f'StanceClassifier needs what training needs ({error}); install it: pip install "stance-pipeline[train]"') from error
        return StanceClassifier
    if name == "classify_frame":
        from pipeline.classifying.frames import classify_frame

        return classify_frame
    if name in ("LABELS", "Prediction"):
        from pipeline import records

        return getattr(records, name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")

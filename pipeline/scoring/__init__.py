"""The trained model with numpy alone: its file, its probabilities, why it gives them, and whether a text is like those it knows."""

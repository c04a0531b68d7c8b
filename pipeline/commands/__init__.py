"""The commands of `stance`, a module each: `add` says its arguments, `run` does it."""

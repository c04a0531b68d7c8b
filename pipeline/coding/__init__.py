"""Coders' labels: they come in and are placed on sentences, sentences go out to be coded; who agrees, what to read next, what looks wrong."""

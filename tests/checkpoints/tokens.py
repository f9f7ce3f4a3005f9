"""Tokenizers of a few hundred tokens, which a benchmark needs, too."""

from recto.benchmarks.tokens import tokenizer

__all__ = ["tokenizer"]

"""Encoders on another machine: a vLLM server, asked over HTTP for a vector a token.

Needs nothing but the standard library, numpy and Pillow.
"""

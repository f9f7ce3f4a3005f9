"""Reads sound and film: pieces of sound, frames, where scenes change. Knows no encoder.

The parent's side is `reader`; everything that touches a file's bytes runs in a child process
(`worker`), which alone imports PyAV.
"""

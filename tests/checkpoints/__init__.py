"""Tiny checkpoints with random weights, one of every family, as they lie on the hub.

Made when tests run, by the installed packages: the names of weights move between their versions.
"""

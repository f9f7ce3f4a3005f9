"""ColPali and its family: page pictures become patch vectors. Needs the extra `recto[colpali]`.

This package alone imports torch, and only where a module says so at its top.
"""

"""ImageBind: six towers into one space, written from its published shapes and constants.

The weights are the user's to bring and their licence is non-commercial; nothing here fetches them.
`encoder` is what others use; `loading`, `network` and `trunk` import torch, the rest only numpy.
"""

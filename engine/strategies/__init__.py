"""Ways to find the pages for a question, and what of them an answer is made from.

One file a way, with the same method names; `registry` names them. `default` is late interaction
with words; the others are the usual ways of the field, over the same library, to compare with.
"""

"""The answer of a vision model, and the check of everything in it.

    selection ──► sources ──► prompt ──► the model ──► reply, marks ──► checking ──► answer
    which pages   what of     words      ChatModel     what it said     what holds
                  them        and order

`asking` runs this once over given pages; `answerer` is what a library calls. Knows the protocols
`ChatModel` and `Evidence`, and no store, no file and no network.
"""

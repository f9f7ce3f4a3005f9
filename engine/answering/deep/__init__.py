"""A harder question, answered by several searches, each of which is read and verified by itself.

    question ──► read ──► plan ──► search, read ──► plan ──► … ──► read what was cited ──► answer

`steps` says what was looked at, `planning` asks the model what is still to be looked up, `research`
goes through it within its limits. Searching is a function that is given: this knows no store.
"""

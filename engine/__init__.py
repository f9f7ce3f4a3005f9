"""The read path, and what reading and writing share: encoders, store, retrieval, answers."""

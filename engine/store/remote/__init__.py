"""The remote store: a library on a Qdrant server or cluster. The only place that imports
qdrant_client, and imported only by what opens such a library."""

"""Libraries as retrievers of LangChain, LlamaIndex and Haystack.

Each module needs its own extra and has a `RectoRetriever`; what it gives are pages, as texts with
where they stand.
"""

"""The API of OpenAI in front of libraries, for programs that speak nothing else.

A library is a model: `GET /v1/models` lists them.
"""

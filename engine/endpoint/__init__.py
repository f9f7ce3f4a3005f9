"""Chat-completions endpoints: where they are, what they can, and how one is asked.

Knows messages of text and pictures. Knows nothing of pages, libraries and answers. `open_chat` in
`opening` is the door; `ChatModel` in `chat` is what it gives.
"""

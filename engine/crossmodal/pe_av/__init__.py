"""Perception Encoder Audiovisual: sound and film in one space. `encoder` imports torch."""

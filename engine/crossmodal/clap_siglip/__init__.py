"""CLAP for sound and SigLIP for sight: two spaces behind one encoder. `encoder` imports torch."""

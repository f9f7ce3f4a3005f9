"""Where a library keeps clips: pieces of sound and film, pictures and pages, by one vector each.

Made when a library first has use for them, beside its pages and apart from them.
"""

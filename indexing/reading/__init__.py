"""Reads documents: pages, words with boxes, headings, page images. Knows no encoder and no store.

The parent's side is `recto.indexing.reader`; everything that touches a document's bytes runs in
child processes (`worker`, `ocr_worker`) or in another program (`office`).
"""

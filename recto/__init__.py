"""recto: ask your documents, and see the pages that answer."""

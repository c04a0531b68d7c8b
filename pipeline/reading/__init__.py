"""From files to documents to sentences: readers, and parts of large files that workers read on their own."""

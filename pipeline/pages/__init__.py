"""What people read: the report, documents with their stances marked, the model card."""

"""From a file to something searchable: read, structure, sentences, passages, embed, publish."""

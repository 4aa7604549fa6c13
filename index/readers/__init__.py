"""Readers: from the bytes of a file in any format to text with Markdown's marks for structure, and its pages."""

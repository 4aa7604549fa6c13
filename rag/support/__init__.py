"""Whether the spans that a retold sentence cites support it: words, quotations, credit, and what models say."""

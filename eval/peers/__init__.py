"""What a user of other libraries would get from the same texts with the same embedder and the same cross-encoder."""

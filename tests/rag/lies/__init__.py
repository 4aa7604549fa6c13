"""A small collection of our own, an endpoint that says what a test tells it to, and sixty lies for it to tell."""

"""From a question to a cited answer: understand, retrieve, rank, compose, ground."""

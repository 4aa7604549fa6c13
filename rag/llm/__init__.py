"""Composing with a language model: what it is asked, how its answer is read, and what happens where it gives none.

Nothing here is imported, and no package of a provider, unless a question asks for the composer `llm`.
"""

"""Asks Byline what a user would and reports how true the answers are."""

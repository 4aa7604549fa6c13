"""Byline for whatever speaks MCP: the one engine's answers as tools, resources and a prompt, over stdio and HTTP."""

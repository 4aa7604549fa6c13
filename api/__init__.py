"""How people reach Byline: HTTP, the chat page and the command line."""

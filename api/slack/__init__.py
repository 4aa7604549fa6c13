"""Byline in Slack: questions come as mentions, direct messages, follow-ups and `/byline`; answers go as Block Kit.

What is said comes from the engine's `Answer`; here it is only laid out. Needs the extra `byline[slack]`.
"""

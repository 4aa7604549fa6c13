"""What the Slack app must be allowed: the same as docs/slack-manifest.yaml asks for (a test sees to it)."""

from typing import Final

EVENTS: Final = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.mpim": "mpim:history",
    "app_home_opened": None,
}
"""Events that are listened to, with the scope that each needs."""

METHODS: Final = {
    "apps.connections.open": None,
    "auth.test": None,
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.replies": "channels:history",
    "views.open": None,
    "views.publish": None,
}
"""Methods of the Web API that are called, with the scope that each needs."""

COMMANDS: Final = {"/byline": "commands"}
"""Commands, with the scope that each needs."""

"""What every part of the Slack side works with."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from api.slack.channels import Channels
from api.slack.given import GivenAnswers
from api.slack.inbox import Inbox
from api.slack.work import Work
from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """The client that speaks to Slack, what is remembered, and the work that goes on."""

    client: AsyncWebClient
    settings: Settings
    inbox: Inbox
    given: GivenAnswers
    channels: Channels
    work: Work

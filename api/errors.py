"""The errors of being asked: over HTTP, on the command line, in Slack.

    BylineError
    ├── DocumentError                a document that was sent cannot be taken or changed as asked
    │   ├── DocumentExists           its id or its file is here already
    │   ├── NotUploaded              the volume was not sent, so that it is not to be changed by sending
    │   ├── FormUpload               a form comes where the file itself is to be sent
    │   └── JobCutOff                its index run ended before it was done, and nothing of it was published
    ├── QuestionError
    │   └── UnsupportedParameter     an OpenAI parameter that no answer of ours can follow
    ├── ConversationError
    │   └── HistoryTwice             both a history and a conversation are given
    ├── NotFound
    │   ├── ModelNotFound            no such model, of those that the OpenAI-compatible routes offer
    │   ├── UnknownDocument          no volume of that id
    │   └── UnknownJob               no job of that id
    ├── AccessError
    │   ├── KeyNeeded                there is no key in a request, or none that is known
    │   ├── ScopeMissing             its key may not do this
    │   ├── KeysUnreadable           nobody can be let in: the file of the keys cannot be read
    │   ├── NotSigned                a request in Slack's name is not signed by Slack, or too long ago
    │   ├── ForeignHost              a service without keys is asked under a name that is not this machine's
    │   └── ForeignPage              somebody else's page asks for what only our own pages may
    ├── TooMuch
    │   ├── RateExceeded             more is asked by one key or address than it may
    │   └── ServiceBusy              more is asked by all together than can be answered now
    ├── BadKey                       a key cannot be made or revoked as told
    ├── BatchError                   a file of questions, or the file of their answers, cannot be used
    │   ├── OtherAnswers             the answers in it were made from something else
    │   └── AnswersInUse             another run writes to it
    └── PortInUse                    the address to serve on is taken

What every error has is said in index/errors.py.
"""

from index.errors import AccessError, BylineError, NotFound
from rag.errors import ConversationError, QuestionError, TooMuch


class DocumentError(BylineError):
    """A document that was sent cannot be taken or changed as asked."""

    exit_code = 65
    status = 422


class DocumentExists(DocumentError):
    """The id or the file of a document is here already."""

    status = 409


class NotUploaded(DocumentError):
    """A volume was not sent over HTTP, so that it can be neither replaced nor deleted there."""

    status = 409


class FormUpload(DocumentError):
    """A form was sent in the place of a file."""

    status = 415


class JobCutOff(DocumentError):
    """An index run ended before it was done; nothing of it was published."""

    exit_code = 75
    status = 503


class UnsupportedParameter(QuestionError):
    """A parameter of the OpenAI-compatible routes asks for what no answer of ours can be."""


class HistoryTwice(ConversationError):
    """A question comes with a history and names a conversation that has one."""


class ModelNotFound(NotFound):
    """The OpenAI-compatible routes offer no model of that name."""


class UnknownDocument(NotFound):
    """There is no volume of that id."""


class UnknownJob(NotFound):
    """There is no job of that id, or it ended so long ago that it is forgotten."""


class KeyNeeded(AccessError):
    """A request has no key, or none that is known."""

    status = 401


class ScopeMissing(AccessError):
    """The key of a request may not do this."""


class KeysUnreadable(AccessError):
    """The file of the keys cannot be read, so that nobody can be let in."""

    status = 503


class NotSigned(AccessError):
    """A request in the name of Slack does not carry Slack's signature of it, or was signed too long ago."""

    status = 401


class ForeignHost(AccessError):
    """A service without keys is asked under a name that is not this machine's."""

    status = 421


class ForeignPage(AccessError):
    """A page of another site asks for what only pages of this service may."""


class RateExceeded(TooMuch):
    """One key or address asks more often than it may."""

    status = 429


class ServiceBusy(TooMuch):
    """As many requests wait as may wait."""


class BadKey(BylineError):
    """A key cannot be made or revoked as told."""

    exit_code = 64
    status = 422


class BatchError(BylineError):
    """A file of questions, or the file that their answers go to, cannot be used."""

    exit_code = 65


class OtherAnswers(BatchError):
    """A file holds answers that were made from another generation, other settings or other questions."""


class AnswersInUse(BatchError):
    """Another run writes to the same file of answers."""

    exit_code = 75


class PortInUse(BylineError):
    """The address to serve on is taken."""

    exit_code = 69

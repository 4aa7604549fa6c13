"""The errors of finding and answering.

    BylineError
    ├── QuestionError                the question cannot be answered as it stands
    │   ├── EmptyQuestion
    │   ├── QuestionTooLong
    │   ├── UnreadableQuestion       NUL characters or lone surrogates
    │   └── ComposerOff              the composer llm is asked for, and no model is configured
    ├── QuotationError               the quotation cannot be looked up as it stands
    │   ├── EmptyQuotation
    │   ├── QuotationTooLong
    │   └── UnreadableQuotation      NUL characters or lone surrogates
    ├── BadAddress                   what was given as the address of a citation is none
    ├── FeedbackError                what somebody says of an answer cannot be kept as it stands
    ├── ConversationError            a kept conversation cannot be used as asked
    │   ├── UnreadableTitle          its title holds NUL characters or lone surrogates
    │   └── ConversationsUnavailable the database that keeps them does not answer
    │       └── ForeignConversations its tables are of another version of Byline
    ├── NotFound
    │   ├── UnknownConversation      no such conversation, or it is past its time
    │   └── UnknownAnswer            no answer of that id that was kept
    ├── StoreError                   the vector store for LlamaIndex cannot do what it is asked to
    │   ├── UnusableNode             a node is no text node, or has no vector that fits
    │   ├── UnusableFilter           a metadata filter has an operator or a value that means nothing here
    │   ├── UnsupportedQuery         a query mode that the store does not have, or no vector that fits
    │   └── DamagedStore             a persisted store is missing or not what was written
    ├── LlmError                     the language model of the composer llm cannot be used
    │   ├── LlmUnavailable           its file, its package or its address is not there
    │   └── LlmFailed                it did not write an answer: time-out, refusal, garbage, broken stream
    ├── TooMuch                      more is asked than can be answered now
    │   └── TookTooLong              one request took longer than a request may
    └── Cancelled                    whoever asked has gone away, and the work was stopped

What every error has is said in index/errors.py.
"""

from index.errors import BylineError, NotFound


class QuestionError(BylineError):
    """The question cannot be answered as it stands."""

    exit_code = 64
    status = 422


class EmptyQuestion(QuestionError):
    """The question holds no words."""


class QuestionTooLong(QuestionError):
    """The question is longer than a question may be."""


class UnreadableQuestion(QuestionError):
    """The question holds characters that are no text."""


class ComposerOff(QuestionError):
    """The composer that the question asks for is not configured; like a model that is not here."""

    status = 404


class QuotationError(BylineError):
    """The quotation cannot be looked up as it stands."""

    exit_code = 64
    status = 422


class EmptyQuotation(QuotationError):
    """The quotation holds no words."""


class QuotationTooLong(QuotationError):
    """The quotation is longer than a quotation may be."""


class UnreadableQuotation(QuotationError):
    """The quotation holds characters that are no text."""


class BadAddress(BylineError):
    """What was given as the address of a citation is none."""

    exit_code = 64
    status = 422


class FeedbackError(BylineError):
    """What somebody says of an answer cannot be kept as it stands."""

    exit_code = 64
    status = 422


class ConversationError(BylineError):
    """A kept conversation cannot be used as asked."""

    exit_code = 64
    status = 422


class UnreadableTitle(ConversationError):
    """The title of a conversation holds characters that are no text."""


class ConversationsUnavailable(ConversationError):
    """The database that keeps conversations does not answer."""

    exit_code = 69
    status = 503


class ForeignConversations(ConversationsUnavailable):
    """The database of conversations was made by another version of Byline."""


class UnknownConversation(NotFound):
    """There is no such conversation, or it is past its time."""


class UnknownAnswer(NotFound):
    """No answer of that id was kept."""


class StoreError(BylineError):
    """The vector store for LlamaIndex cannot do what it is asked to."""

    exit_code = 65
    status = 422


class UnusableNode(StoreError):
    """A node is no text node, shares its id, or has no vector that fits."""


class UnusableFilter(StoreError):
    """A metadata filter has an operator or a value that means nothing here."""


class UnsupportedQuery(StoreError):
    """A query asks for a mode that the store does not have, or has no vector that fits."""


class DamagedStore(StoreError):
    """A persisted store is missing or not what was written."""


class LlmError(BylineError):
    """The language model cannot be used."""

    exit_code = 69
    status = 503


class LlmUnavailable(LlmError):
    """What the language model needs is not there."""


class LlmFailed(LlmError):
    """The language model wrote no answer; whoever asked it falls back to the texts' own words."""


class TooMuch(BylineError):
    """More is asked than can be answered now; `retry_after` says in how many seconds to come again."""

    exit_code = 75
    status = 503

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.args[0])


class TookTooLong(TooMuch):
    """A request took longer than a request may."""

    status = 504


class Cancelled(BylineError):
    """Whoever asked has gone away; the status is for the log, nobody reads the response."""

    status = 499

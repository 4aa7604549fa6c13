"""Every error that Byline raises on purpose.

    BylineError
    ├── SettingsError                a BYLINE_ setting has a value that cannot be used
    ├── CatalogueError               seeds/catalogue.toml is missing, malformed or inconsistent
    ├── TextError                    a text cannot be read
    │   ├── MissingText              the file is not there
    │   ├── EmptyText                the file holds no text
    │   ├── BinaryText               the file is not a text file
    │   ├── UndecodableText          the file is not UTF-8
    │   ├── ChangedText              the file is not the one the catalogue describes
    │   ├── UnreadableFormat         the file's format is unknown, or it is damaged
    │   ├── EncryptedText            the file is protected by a password
    │   ├── ScannedText              the file holds pictures of pages and no text
    │   ├── OversizedText            the file is larger than a text may be
    │   ├── TextLimitReached         reading it would take too much time or memory
    │   └── MalformedDigest          a digest lacks a part that every digest has
    ├── ModelError                   the embedding model is missing or not the expected one
    ├── SnapshotError                the published index cannot be used
    │   ├── NoSnapshot               nothing has been published yet
    │   ├── DamagedSnapshot          a file is missing or its checksum differs
    │   ├── ForeignSnapshot          made by another schema version or another model
    │   └── SnapshotLocked           another index run is under way
    ├── DocumentError                a document that was sent cannot be taken or changed as asked
    │   ├── DocumentExists           its id or its file is here already
    │   ├── NotUploaded              the volume was not sent, so that it is not to be changed by sending
    │   ├── FormUpload               a form comes where the file itself is to be sent
    │   └── JobCutOff                its index run ended before it was done, and nothing of it was published
    ├── HomeNotWritable              BYLINE_HOME cannot be written
    ├── QuestionError                the question cannot be answered as it stands
    │   ├── EmptyQuestion
    │   ├── QuestionTooLong
    │   ├── UnreadableQuestion       NUL characters or lone surrogates
    │   ├── ComposerOff              the composer llm is asked for, and no model is configured
    │   └── UnsupportedParameter     an OpenAI parameter that no answer of ours can follow
    ├── QuotationError               the quotation cannot be looked up as it stands
    │   ├── EmptyQuotation
    │   ├── QuotationTooLong
    │   └── UnreadableQuotation      NUL characters or lone surrogates
    ├── BadAddress                   what was given as the address of a citation is none
    ├── FeedbackError                what somebody says of an answer cannot be kept as it stands
    ├── ConversationError            a kept conversation cannot be used as asked
    │   ├── UnreadableTitle          its title holds NUL characters or lone surrogates
    │   ├── HistoryTwice             both a history and a conversation are given
    │   └── ConversationsUnavailable the database that keeps them does not answer
    │       └── ForeignConversations its tables are of another version of Byline
    ├── NotFound                     no such section, volume or person
    │   ├── ModelNotFound            no such model, of those that the OpenAI-compatible routes offer
    │   ├── UnknownConversation      nor such a conversation, or it is past its time
    │   ├── UnknownAnswer            nor an answer of that id that was kept
    │   ├── UnknownDocument          nor a volume of that id
    │   └── UnknownJob               nor a job of that id
    ├── EvalError                    an evaluation file is malformed or a --min gate was missed
    │   └── BusyMachine              other processes would spoil what is timed
    ├── BatchError                   a file of questions, or the file of their answers, cannot be used
    │   ├── OtherAnswers             the answers in it were made from something else
    │   └── AnswersInUse             another run writes to it
    ├── StoreError                   the vector store for LlamaIndex cannot do what it is asked to
    │   ├── UnusableNode             a node is no text node, or has no vector that fits
    │   ├── UnusableFilter           a metadata filter has an operator or a value that means nothing here
    │   ├── UnsupportedQuery         a query mode that the store does not have, or no vector that fits
    │   └── DamagedStore             a persisted store is missing or not what was written
    ├── LlmError                     the language model of the composer llm cannot be used
    │   ├── LlmUnavailable           its file, its package or its address is not there
    │   └── LlmFailed                it did not write an answer: time-out, refusal, garbage, broken stream
    ├── AccessError                  a request may not have what it asks for
    │   ├── KeyNeeded                there is no key in it, or none that is known
    │   ├── ScopeMissing             its key may not do this
    │   ├── KeysUnreadable           nobody can be let in: the file of the keys cannot be read
    │   ├── NothingToSee             none of the volumes that its key may see is here
    │   ├── NotSigned                a request in Slack's name is not signed by Slack, or too long ago
    │   ├── ForeignHost              a service without keys is asked under a name that is not this machine's
    │   └── ForeignPage              somebody else's page asks for what only our own pages may
    ├── TooMuch                      more is asked than can be answered now
    │   ├── RateExceeded             by one key or address
    │   ├── ServiceBusy              by all together
    │   └── TookTooLong              one request took longer than a request may
    ├── BadKey                       a key cannot be made or revoked as told
    ├── MissingExtra                 an optional part of Byline is not installed
    ├── Cancelled                    whoever asked has gone away, and the work was stopped
    └── PortInUse                    the address to serve on is taken

Each message says what happened, to which file or field, and what to do next. `exit_code` is what the command line
ends with (sysexits(3) where one fits) and `status` the HTTP status that a route answers with.
"""

from typing import ClassVar


class BylineError(Exception):
    """Base of all deliberate errors; catch this to catch them all."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500


class SettingsError(BylineError):
    """A setting cannot be used."""

    exit_code = 78


class CatalogueError(BylineError):
    """The catalogue is missing, malformed or inconsistent."""

    exit_code = 78


class TextError(BylineError):
    """A text cannot be read."""

    exit_code = 65
    status = 422


class MissingText(TextError):
    """The file is not there."""

    exit_code = 66


class EmptyText(TextError):
    """The file holds no text."""


class BinaryText(TextError):
    """The file is not a text file."""

    status = 415


class UndecodableText(TextError):
    """The file is not UTF-8."""


class ChangedText(TextError):
    """The file differs from the one the catalogue describes."""


class UnreadableFormat(TextError):
    """The file's format is unknown, or the file is damaged."""

    status = 415


class EncryptedText(TextError):
    """The file is protected by a password."""


class ScannedText(TextError):
    """The file holds pictures of pages and no text."""


class OversizedText(TextError):
    """The file is larger than a text may be."""

    status = 413


class TextLimitReached(TextError):
    """Reading the file would take too much time or memory."""


class MalformedDigest(TextError):
    """A digest lacks a part that every digest has."""


class ModelError(BylineError):
    """The embedding model is missing or is not the expected one."""

    exit_code = 69
    status = 503


class SnapshotError(BylineError):
    """The published index cannot be used."""

    exit_code = 69
    status = 503


class NoSnapshot(SnapshotError):
    """Nothing has been published yet."""


class DamagedSnapshot(SnapshotError):
    """A file of the published index is missing or its checksum differs."""


class ForeignSnapshot(SnapshotError):
    """The index was made by another schema version or with another model."""


class SnapshotLocked(SnapshotError):
    """Another index run is under way."""

    exit_code = 75


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


class HomeNotWritable(BylineError):
    """The folder for generations, caches and databases cannot be written."""

    exit_code = 73


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


class ComposerOff(QuestionError):
    """The composer that the question asks for is not configured; like a model that is not here."""

    status = 404


class BadAddress(BylineError):
    """What was given as the address of a citation is none."""

    exit_code = 64
    status = 422


class NotFound(BylineError):
    """There is no such section, volume or person."""

    exit_code = 66
    status = 404


class ModelNotFound(NotFound):
    """The OpenAI-compatible routes offer no model of that name."""


class UnsupportedParameter(QuestionError):
    """A parameter of the OpenAI-compatible routes asks for what no answer of ours can be."""


class UnknownConversation(NotFound):
    """There is no such conversation, or it is past its time."""


class UnknownAnswer(NotFound):
    """No answer of that id was kept."""


class UnknownDocument(NotFound):
    """There is no volume of that id."""


class UnknownJob(NotFound):
    """There is no job of that id, or it ended so long ago that it is forgotten."""


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


class HistoryTwice(ConversationError):
    """A question comes with a history and names a conversation that has one."""


class ConversationsUnavailable(ConversationError):
    """The database that keeps conversations does not answer."""

    exit_code = 69
    status = 503


class ForeignConversations(ConversationsUnavailable):
    """The database of conversations was made by another version of Byline."""


class EvalError(BylineError):
    """An evaluation file is malformed, or a gate was missed."""

    exit_code = 65


class BusyMachine(EvalError):
    """Other processes use the machine, and would spoil what is timed."""

    exit_code = 75


class BatchError(BylineError):
    """A file of questions, or the file that their answers go to, cannot be used."""

    exit_code = 65


class OtherAnswers(BatchError):
    """A file holds answers that were made from another generation, other settings or other questions."""


class AnswersInUse(BatchError):
    """Another run writes to the same file of answers."""

    exit_code = 75


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


class AccessError(BylineError):
    """A request may not have what it asks for."""

    exit_code = 77
    status = 403


class KeyNeeded(AccessError):
    """A request has no key, or none that is known."""

    status = 401


class ScopeMissing(AccessError):
    """The key of a request may not do this."""


class KeysUnreadable(AccessError):
    """The file of the keys cannot be read, so that nobody can be let in."""

    status = 503


class NothingToSee(AccessError):
    """None of the volumes that a key may see is in the collection."""


class NotSigned(AccessError):
    """A request in the name of Slack does not carry Slack's signature of it, or was signed too long ago."""

    status = 401


class ForeignHost(AccessError):
    """A service without keys is asked under a name that is not this machine's."""

    status = 421


class ForeignPage(AccessError):
    """A page of another site asks for what only pages of this service may."""


class TooMuch(BylineError):
    """More is asked than can be answered now; `retry_after` says in how many seconds to come again."""

    exit_code = 75
    status = 503

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return str(self.args[0])


class RateExceeded(TooMuch):
    """One key or address asks more often than it may."""

    status = 429


class ServiceBusy(TooMuch):
    """As many requests wait as may wait."""


class TookTooLong(TooMuch):
    """A request took longer than a request may."""

    status = 504


class BadKey(BylineError):
    """A key cannot be made or revoked as told."""

    exit_code = 64
    status = 422


class MissingExtra(BylineError):
    """What a command needs is not installed with Byline itself."""

    exit_code = 69


class Cancelled(BylineError):
    """Whoever asked has gone away; the status is for the log, nobody reads the response."""

    status = 499


class PortInUse(BylineError):
    """The address to serve on is taken."""

    exit_code = 69

"""The errors of measuring.

    BylineError
    └── EvalError                    an evaluation file is malformed or a --min gate was missed
        └── BusyMachine              other processes would spoil what is timed

What every error has is said in index/errors.py.
"""

from index.errors import BylineError


class EvalError(BylineError):
    """An evaluation file is malformed, or a gate was missed."""

    exit_code = 65


class BusyMachine(EvalError):
    """Other processes use the machine, and would spoil what is timed."""

    exit_code = 75

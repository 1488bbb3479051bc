"""Exceptions that come from outside, at any bytecode: they are no evidence, and must reach the program.

A handler of a signal may raise anything. Some task queues raise subclasses of `Exception` when a job takes too long,
and a library in whose midst that happens may wrap it, or fail with an error of its own.
"""

import signal
from collections.abc import Iterator
from functools import partial
from types import CodeType


def interruption_in(error: BaseException) -> BaseException | None:
    """Return the interruption that an exception is or was caused by; None when there is none."""
    handlers = _handlers()
    for cause in _chain(error):
        if isinstance(cause, KeyboardInterrupt | SystemExit):
            return cause
        trace = cause.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code in handlers:
                return cause
            trace = trace.tb_next
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = [error]
    for one in seen:  # which grows meanwhile
        yield one
        seen += [other for other in (one.__cause__, one.__context__) if other is not None and other not in seen]


def _handlers() -> set[CodeType]:
    return {code for number in signal.valid_signals() if (code := _code(signal.getsignal(number))) is not None}


def _code(handler: object) -> CodeType | None:
    """Return the code of a function, of a method, of a partial, or of an object that can be called."""
    while isinstance(handler, partial):
        handler = handler.func
    for function in (handler, getattr(handler, "__func__", None), getattr(type(handler), "__call__", None)):  # noqa: B004  # its code is wanted
        code = getattr(function, "__code__", None)
        if isinstance(code, CodeType):
            return code
    return None

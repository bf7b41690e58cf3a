"""What the steps of the bootstrap say, and where SIGTERM ends them.

The pod is told to end when a node is drained, when the Job takes too long, and when an `up` replaces a Job whose end an earlier
one did not see. What would be lost by halves is finished first; the next bootstrap goes on from there.
"""
import contextlib
import os
import signal
import sys
import time

STARTED = time.monotonic()
# What a shell reports of a program that SIGTERM ended.
ENDED = 128 + signal.SIGTERM

_told_to_end = False
_finishing = False


def say(text):
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def warn(text):
    say(f"WARNING: {text}")


def fail(text):
    say(f"FAILED: {text}")
    sys.exit(1)


def hear_sigterm():
    """PID 1 ignores signals that it does not handle: the pod would hang for its whole grace period."""
    signal.signal(signal.SIGTERM, _end)


def _end(*_):
    global _told_to_end
    _told_to_end = True
    if not _finishing:
        sys.exit(ENDED)
    # Not print(): the signal may have come in the middle of one.
    os.write(sys.stdout.fileno(), b"told to end: this step is finished first\n")


def told_to_end():
    return _told_to_end


@contextlib.contextmanager
def finished_first():
    """What is in here comes to its own end before SIGTERM ends the bootstrap."""
    global _finishing
    _finishing = True
    try:
        yield
    finally:
        _finishing = False
    if _told_to_end:
        sys.exit(ENDED)

"""Runs `ckan jobs worker` as a process that can be told to go from its first moment.

Linux gives the first process of a container no signal that it has not asked for, and RQ asks seconds later, when CKAN has loaded: a
worker that was told to go before took jobs until its grace period was over, and was killed in the middle of one.
"""
import os
import signal

# No job has begun. RQ's own handler follows.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

from ckan.cli.cli import ckan

ckan()

"""Exit code 0 when the job worker of this pod still reports to its queue.

RQ's workers write a heartbeat into Redis. An idle worker writes it each time its blocking read of the queue ends, every
405 seconds (rq.worker: default_worker_ttl 420 less 15), a busy one every 30 seconds; 600 seconds is therefore silence.
When Redis cannot be reached the answer is unknown, and restarting the worker would not help: exit code 0. With --ready it is 1
then: such a worker gets no jobs.
"""
import os
import socket
import sys
from datetime import datetime, timezone

import redis

SILENCE_SECONDS = 600


def main():
    host = socket.gethostname()
    try:
        queue = redis.Redis.from_url(os.environ["CKAN_REDIS_URL"], socket_timeout=3, socket_connect_timeout=3)
        workers = [queue.hgetall(key) for key in queue.smembers("rq:workers")]
    except redis.RedisError as error:
        print(f"Redis cannot be reached: {type(error).__name__}", file=sys.stderr)
        return 1 if "--ready" in sys.argv else 0
    beats = [worker[b"last_heartbeat"].decode() for worker in workers if worker.get(b"hostname") == host.encode()]
    if not beats:
        print(f"No worker of {host} is registered", file=sys.stderr)
        return 1
    newest = max(datetime.strptime(beat, "%Y-%m-%dT%H:%M:%S.%fZ") for beat in beats).replace(tzinfo=timezone.utc)
    age = (datetime.now(timezone.utc) - newest).total_seconds()
    if age > SILENCE_SECONDS:
        print(f"The last heartbeat is {age:.0f} seconds old", file=sys.stderr)
        return 1
    return 0


sys.exit(main())

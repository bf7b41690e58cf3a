"""Finds XLoader's loads that nobody works on any more, and submits them again.

A worker that is killed hard (out of memory, a lost node) takes its load with it: the resource stays "running", RQ moves the
job to its failed ones, and nothing tries again. The same holds for a load whose queue entry or last report was lost.

Lost is a load that CKAN has as unfinished while no queue and no living worker has a job for its resource. A worker that runs a
job renews it every 30 seconds, for 90 (rq.worker: job_monitoring_interval); one that is silent for longer is dead. Lost is, too, a
load that failed because the database or the file's store was away or had just got another password: the file is as good as before.
"""
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

# Between a job's leaving the queue and its worker's first sign of life CKAN starts, which takes a second or two.
SECOND_LOOK_SECONDS = 10
# A load that was submitted just now may not be in its queue yet.
YOUNG_SECONDS = 120
# A file that kills its worker every time must not do so for ever.
MOST_TRIES = 3
TRIES_KEPT_SECONDS = 24 * 60 * 60

NOT_COMPLETE = """
SELECT task.entity_id, task.state, task.error
FROM task_status task JOIN resource ON resource.id = task.entity_id AND resource.state = 'active'
WHERE task.task_type = 'xloader' AND task.key = 'xloader' AND task.state <> 'complete'
AND task.last_updated < (now() AT TIME ZONE 'UTC') - %s * interval '1 second'
AND (task.state <> 'error' OR task.last_updated > (now() AT TIME ZONE 'UTC') - %s * interval '1 second')
"""
UNFINISHED_STATES = {"submitting", "pending", "running", "running_but_viewable"}
# What libpq and PostgreSQL say when it is the server and not the file, and XLoader when this site does not hand out its own file.
DATABASE_AWAY = "connection to server at|server closed the connection|terminating connection|the database system is"
FILE_AWAY = r"bad HTTP response when trying to download the data file status=\d+ url={site}/|Pool\(host=\\?'{host}\\?'"


def resource_of(description):
    """RQ describes a job by its arguments; XLoader itself looks there, too."""
    found = re.search(r"'resource_id': u?'([^']+)'", description)
    return found and found.group(1)


def alive(redis, site):
    """Resources that a queue or a living worker has a job for."""
    jobs = set()
    for queue in redis.smembers("rq:queues"):
        name = queue.removeprefix("rq:queue:")
        if name.startswith(f"ckan:{site}:"):
            # In this order: a job on its way from the queue to a worker is seen in one of them, or in both.
            jobs.update(redis.lrange(queue, 0, -1))
            jobs.update(redis.zrangebyscore(f"rq:wip:{name}", time.time(), "+inf"))
    descriptions = (redis.hget(f"rq:job:{job}", "description") or "" for job in jobs)
    return {resource_of(description) for description in descriptions}


def is_server_away(error, site):
    own = FILE_AWAY.format(site=re.escape(site), host=re.escape(site.split("//")[1]))
    return re.search(f"{DATABASE_AWAY}|{own}", error or "") is not None


def unfinished(database):
    """Also those with an error that says nothing about the file."""
    site = os.environ["SITE"]
    with database.cursor() as cursor:
        cursor.execute(NOT_COMPLETE, (YOUNG_SECONDS, TRIES_KEPT_SECONDS))
        return {
            resource
            for resource, state, error in cursor.fetchall()
            if state in UNFINISHED_STATES or (state == "error" and is_server_away(error, site))
        }


def look(redis, database, site):
    """Queues first: a load that ends between the two looks is not unfinished any more."""
    working = alive(redis, site)
    return unfinished(database) - working


def call(action, data):
    request = urllib.request.Request(
        f"{os.environ['SITE']}/api/3/action/{action}",
        data=json.dumps(data).encode(),
        headers={"Content-Type": "application/json", "Authorization": os.environ["CKANEXT__XLOADER__API_TOKEN"]},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["result"]


def give_up(redis, tries, resource):
    task = call("task_status_show", {"entity_id": resource, "task_type": "xloader", "key": "xloader"})
    if task["state"] == "error":
        print(f"{resource}: failed again after {MOST_TRIES} tries; its error stands", flush=True)
        return
    reason = f"The load was lost {MOST_TRIES} times with its worker, which may have too little memory for this file."
    call("task_status_update", {**task, "state": "error", "error": json.dumps({"message": reason})})
    redis.delete(tries)
    print(f"{resource}: lost again after {MOST_TRIES} tries; its state says so now", flush=True)


def submit_again(redis, site, resource):
    tries = f"ckan-environments:tries:{site}:{resource}"
    number = int(redis.get(tries) or 0) + 1
    if number > MOST_TRIES:
        return give_up(redis, tries, resource)
    # A load that was cut short may have left the file's hash as that of a loaded one.
    accepted = call("xloader_submit", {"resource_id": resource, "ignore_hash": True})
    redis.set(tries, number, ex=TRIES_KEPT_SECONDS)
    print(f"{resource}: lost, {'submitted again' if accepted else 'refused by XLoader'} (try {number})", flush=True)


def main():
    import psycopg2
    import redis as client

    site = os.environ["SITE_ID"]
    redis = client.Redis.from_url(os.environ["CKAN_REDIS_URL"], decode_responses=True, socket_timeout=10)
    database = psycopg2.connect(os.environ["CKAN_SQLALCHEMY_URL"], connect_timeout=10)
    database.autocommit = True
    lost = look(redis, database, site)
    if lost:
        time.sleep(SECOND_LOOK_SECONDS)
        lost &= look(redis, database, site)
    failed = False
    for resource in sorted(lost):
        try:
            submit_again(redis, site, resource)
        except (urllib.error.URLError, OSError) as error:
            failed = True
            print(f"{resource}: lost, and the site did not take it: {error}", file=sys.stderr, flush=True)
    print(f"{len(lost)} lost loads", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""RQ's side: the worker that runs jobs and the scheduler that puts the periodic ones into the queue."""

import time

import structlog
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.cron import CronScheduler

from crm.jobs.redis_waker import QUEUE
from crm.registry import EXTENSION, Registry
from crm.serving.rq_jobs import application, run
from crm.settings import Settings

log = structlog.get_logger()
PAUSE_SECONDS = 2


def work(settings: Settings, *, burst: bool = False) -> None:
    """Run jobs from the queue. A killed worker's jobs are noticed within seconds, not RQ's default of minutes."""
    application()
    connection = Redis.from_url(_redis_url(settings))
    worker = SimpleWorker([QUEUE], connection=connection, maintenance_interval=5, worker_ttl=30)
    worker.work(burst=burst, logging_level="WARNING")


def schedule(settings: Settings, app: Flask) -> None:
    """Put every periodic job into the queue at its interval, for ever; wait where Redis is away.

    Two schedulers do no harm: the jobs may run twice.
    """
    registry: Registry = app.extensions[EXTENSION]
    while True:
        try:
            _scheduler(settings, registry).start()  # type: ignore[no-untyped-call]  # RQ's method has no annotation
            return
        except RedisError as error:
            log.warning("scheduler_waits_for_redis", error=type(error).__name__)
            time.sleep(PAUSE_SECONDS)


def _scheduler(settings: Settings, registry: Registry) -> CronScheduler:
    scheduler = CronScheduler(connection=Redis.from_url(_redis_url(settings)), logging_level="WARNING")
    for key, job in registry.jobs.items():
        interval = max(1, int(job.every.total_seconds()))
        # A job that nobody ran before the next one is due has nothing left to say, hence the ttl.
        scheduler.register(
            run, queue_name=QUEUE, args=(key,), interval=interval, ttl=interval * 2, result_ttl=0, failure_ttl=3600
        )
    return scheduler


def _redis_url(settings: Settings) -> str:
    if settings.redis_url is None:
        raise RuntimeError("BROBYGG_REDIS_URL is not set: without Redis the server runs the jobs itself")
    return settings.redis_url

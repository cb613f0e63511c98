"""What RQ's workers call: one function, with the application of the worker's process."""

from functools import cache

from flask import Flask

from crm.app import create_app
from crm.jobs.redis_waker import RedisWaker, pending_key
from crm.jobs.runner import run_job
from crm.jobs.wake import waker_of


@cache
def application() -> Flask:
    """The application of this process, made at the first job."""
    return create_app()


def run(job_key: str) -> str:
    """Run one periodic job; what wakes it from now on is a new wake-up."""
    app = application()
    waker = waker_of(app)
    if isinstance(waker, RedisWaker):
        waker.redis.delete(pending_key(job_key))
    return run_job(app, job_key)

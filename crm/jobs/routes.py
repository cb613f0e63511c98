"""GET /health, for supervisors."""

from flask import Blueprint, Response, current_app, jsonify

from crm.jobs.health import report

blueprint = Blueprint("jobs", __name__, template_folder="templates")


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """JSON: status, database, redis, heartbeats with ages. 503 when something is down or late."""
    found = report(current_app)
    body = {
        "status": "ok" if found.ok else "late" if found.database else "down",
        "database": found.database,
        "redis": found.redis,
        "heartbeats": {
            key: {"age_seconds": job.age_seconds, "late_after_seconds": job.late_after_seconds, "late": job.late}
            for key, job in found.jobs.items()
        },
    }
    return jsonify(body), 200 if found.ok else 503

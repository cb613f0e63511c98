"""Style sheets, scripts and icons: built by ``make assets``, named by their content, served for a year."""

import json
from functools import cache
from pathlib import Path

import structlog
from flask import Flask, Response, abort, request

from crm.web.addresses import fixed_url

DIST = Path(__file__).parent / "static" / "dist"
YEAR = 365 * 24 * 3600

MIMETYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}

log = structlog.get_logger()


@cache
def manifest(folder: Path = DIST) -> dict[str, str]:
    """Name to hashed file name, as the build step wrote it; empty when the assets have not been built."""
    path = folder / "manifest.json"
    if not path.is_file():
        log.error("assets.not_built", hint="run `make assets`")
        return {}
    names: dict[str, str] = json.loads(path.read_text("utf-8"))
    return names


def asset_url(name: str) -> str:
    """The address of a built asset ("app.css"). An unknown name stays as it is: the page shows without it."""
    return fixed_url("web.asset", name=manifest().get(name, name))


def asset_path(name: str) -> Path:
    """The file of a built asset, for engines that cannot ask the server (PDF). KeyError if not built."""
    return DIST / manifest()[name]


def serve_asset(name: str) -> Response:
    """One built file, compressed if the browser can; nothing outside the manifest is ever served."""
    if name not in manifest().values():
        abort(404)
    compressed = DIST / f"{name}.gz"
    gzipped = request.accept_encodings["gzip"] > 0 and compressed.is_file()
    path = compressed if gzipped else DIST / name
    response = Response(path.read_bytes(), content_type=MIMETYPES[(DIST / name).suffix])
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{name}.gz" if gzipped else name)
    response.make_conditional(request)
    return response


def init_assets(app: Flask) -> None:
    """Tell at the start, not at the first page, when the assets are missing; give templates ``asset_url``."""
    manifest()
    app.jinja_env.globals["asset_url"] = asset_url

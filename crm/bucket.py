"""The bucket of an S3-compatible server, as a setting names it."""

import importlib.util
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

WANTED = (
    "s3+https://KEY:SECRET@host/bucket/prefix?region=eu-north-1 (prefix and region may be left away; "
    "characters like / in the keys are written %2F)"
)
_SCHEMES = {"s3+https": "https", "s3+http": "http"}
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FOLDER = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True)
class Bucket:
    """Where files are kept and with which keys. ``endpoint`` is scheme, host and port; ``prefix`` ends with a slash or
    is empty."""

    endpoint: str
    name: str
    prefix: str
    region: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    ca_file: str | None = None
    """Certificates of an authority of one's own."""

    @property
    def secure(self) -> bool:
        """Whether the way there is encrypted; otherwise it does not leave this machine."""
        return self.endpoint.startswith("https://")


class BucketError(ValueError):
    """What is wrong with the address, in words that repeat nothing of it: a misplaced secret must not be shown."""


def bucket_from(address: str) -> Bucket:
    """The bucket of an address like WANTED. Opens no connection. Raises BucketError."""
    try:
        parts = urlsplit(address)
        endpoint = _endpoint(parts)
        options = _options(parts.query)
    except BucketError:
        raise
    except ValueError:
        raise BucketError(WANTED) from None
    key_id, secret = unquote(parts.username or ""), unquote(parts.password or "")
    name, *folders = [part for part in parts.path.split("/") if part] or [""]
    if parts.fragment or not (_KEY.fullmatch(key_id) and _KEY.fullmatch(secret)):
        raise BucketError(WANTED)
    if not _BUCKET.fullmatch(name) or not all(_FOLDER.fullmatch(folder) for folder in folders):
        raise BucketError("a bucket of 3 to 63 small letters, digits, dots and hyphens, then folders without odd signs")
    if importlib.util.find_spec("requests_aws4auth") is None:
        raise BucketError("needs one more package: pip install 'brobygg[s3]'")
    return Bucket(
        endpoint=endpoint,
        name=name,
        prefix="".join(f"{folder}/" for folder in folders),
        region=options.get("region", "us-east-1"),
        key_id=key_id,
        secret=secret,
        ca_file=options.get("ca_file"),
    )


def _endpoint(parts: SplitResult) -> str:
    scheme, host = _SCHEMES.get(parts.scheme), parts.hostname or ""
    if scheme is None or not _HOST.fullmatch(host):
        raise BucketError(WANTED)
    if scheme == "http" and host not in _THIS_MACHINE:
        raise BucketError("s3+http:// without TLS only for a server on this machine")
    named = f"[{host}]" if ":" in host else host
    return f"{scheme}://{named}" + (f":{parts.port}" if parts.port is not None else "")


def _options(query: str) -> dict[str, str]:
    options = {name: unquote(value) for name, _, value in (pair.partition("=") for pair in query.split("&")) if name}
    if not options.keys() <= {"region", "ca_file"}:
        raise BucketError("knows the options region and ca_file only")
    if "region" in options and not _REGION.fullmatch(options["region"]):
        raise BucketError("a region like eu-north-1")
    if "ca_file" in options and not Path(options["ca_file"]).is_file():
        raise BucketError("the file of ca_file cannot be found")
    return options

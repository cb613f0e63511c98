"""Attached files in a bucket of an S3-compatible server: MinIO, Ceph, AWS and others.

An object has the same name below the prefix as a file has below the folder, so that files can be moved from one store
to the other with any copying program.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote
from xml.etree import ElementTree

from crm.attachments.s3_http import Ask, BucketConnection, give_up
from crm.bucket import Bucket

_KEY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{30})")
_ONE_KEY = re.compile(r"[0-9a-f]{32}")
_MOST_OF_A_LIST = 8 * 1024 * 1024
_CHECK_SECONDS = 6.0


class S3Store:
    """A bucket, or a part of it. ``largest`` is how many bytes a file may have."""

    def __init__(self, bucket: Bucket, *, largest: int) -> None:
        self._bucket = bucket
        self._largest = largest
        self._connection = BucketConnection(bucket)

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data``: the server says yes when it is safe. May be repeated. Raises FilesUnavailable."""
        ask = Ask("PUT", self._name(key), data=data)
        if self._connection.ask(ask).status == 404:
            give_up("PUT", "refused", status=404)

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when they are gone. Raises FilesUnavailable."""
        answer = self._connection.ask(Ask("GET", self._name(key), most=self._largest))
        return answer.body if answer.status == 200 else None

    def delete(self, key: str) -> None:
        """Forget them. May be repeated. Raises FilesUnavailable."""
        self._connection.ask(Ask("DELETE", self._name(key), expect=(200, 204)))

    def older_than(self, before: datetime) -> Iterator[str]:
        """Keys of what was put before an instant. What else is in the bucket is left alone. Raises FilesUnavailable."""
        page = _Page(self._list(None))
        while True:
            for name, at in page.objects:
                found = _KEY.fullmatch(name.removeprefix(self._bucket.prefix))
                if found and name.startswith(self._bucket.prefix) and at < before:
                    yield found[2]
            token = page.token
            if token is None:
                return
            page = _Page(self._list(token))
            if page.token == token:
                give_up("LIST", "unreadable")

    def check(self) -> None:
        """Ask whether the bucket is there and the keys fit, soon and once. Raises FilesUnavailable."""
        connection = BucketConnection(self._bucket, seconds=_CHECK_SECONDS, repeat=False)
        _Page(self._list(None, connection=connection, most_keys="1"))

    def _list(self, token: str | None, *, connection: BucketConnection | None = None, most_keys: str = "1000") -> bytes:
        query = {"list-type": "2", "encoding-type": "url", "max-keys": most_keys}
        if self._bucket.prefix:
            query["prefix"] = self._bucket.prefix
        if token:
            query["continuation-token"] = token
        return (connection or self._connection).ask(Ask("GET", query=query, most=_MOST_OF_A_LIST)).body

    def _name(self, key: str) -> str:
        if not _ONE_KEY.fullmatch(key):
            raise ValueError("no key of a file")
        return f"{self._bucket.prefix}{key[:2]}/{key}"


class _Page:
    """One page of a listing. What is no listing raises FilesUnavailable."""

    def __init__(self, document: bytes) -> None:
        try:
            # A listing declares no entities; what does is not read.
            if b"<!DOCTYPE" in document:
                raise ValueError("a document type")
            root = ElementTree.fromstring(document)
            if _plain(root.tag) != "ListBucketResult":
                raise ValueError("no listing")
            self.objects = [_object(each) for each in root if _plain(each.tag) == "Contents"]
            values = {_plain(each.tag): each.text or "" for each in root}
            more = values.get("IsTruncated", "").strip() == "true"
            self.token = values["NextContinuationToken"] if more else None
        except (ElementTree.ParseError, ValueError, KeyError):
            give_up("LIST", "unreadable")


def _object(element: ElementTree.Element) -> tuple[str, datetime]:
    values = {_plain(each.tag): each.text or "" for each in element}
    at = datetime.fromisoformat(values["LastModified"].strip())
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return unquote(values["Key"]), at


def _plain(tag: str) -> str:
    """The name of an element without its namespace, which not every server writes."""
    return tag.rpartition("}")[2]

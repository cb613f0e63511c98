"""The simulator of the S3 protocol checks what it gets; its signatures are those that the protocol's authors print."""

import hashlib

import pytest
import requests
from requests_aws4auth import AWS4Auth

from tests.servers.s3 import Received, S3Simulator, _canonical, _signature

EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.fixture
def auth(s3_simulator: S3Simulator) -> AWS4Auth:
    return AWS4Auth(s3_simulator.key_id, s3_simulator.secret, s3_simulator.region, "s3")


def test_the_signature_is_that_of_the_published_example() -> None:
    """GET ?max-keys=2&prefix=J of the examples in the documentation of Amazon S3."""
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": "20130524T000000Z",
    }
    canonical = _canonical(Received("GET", "/?max-keys=2&prefix=J", headers, b""), sorted(headers))
    scope = "20130524/us-east-1/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n20130524T000000Z\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    found = _signature("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope, text)
    assert found == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"


def test_it_keeps_shows_and_forgets_objects(s3_simulator: S3Simulator, auth: AWS4Auth) -> None:
    address = f"{s3_simulator.endpoint}/files/a/b"
    assert requests.put(address, data=b"hello", auth=auth, timeout=5).status_code == 200
    assert requests.get(address, auth=auth, timeout=5).content == b"hello"
    head = requests.head(address, auth=auth, timeout=5)
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "5", b"")
    assert requests.delete(address, auth=auth, timeout=5).status_code == 204
    assert "NoSuchKey" in requests.get(address, auth=auth, timeout=5).text


def test_it_refuses_what_is_not_signed_changed_on_the_way_or_of_another_time(
    s3_simulator: S3Simulator, auth: AWS4Auth
) -> None:
    address = f"{s3_simulator.endpoint}/files/a"
    assert requests.put(address, data=b"x", timeout=5).status_code == 403
    signed = requests.Session().prepare_request(requests.Request("PUT", address, data=b"hello", auth=auth))
    signed.body = b"other"
    with requests.Session() as session:
        assert "XAmzContentSHA256Mismatch" in session.send(signed, timeout=5).text
    s3_simulator.clock_ahead = 16 * 60
    assert "RequestTimeTooSkewed" in requests.put(address, data=b"x", auth=auth, timeout=5).text
    assert s3_simulator.objects == {}

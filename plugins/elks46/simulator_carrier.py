"""The simulator's network side: it moves messages on and posts callbacks and inbound SMS to the customer.

Known of 46elks: a callback is a form post; it wants a status of 200 to 204; otherwise it is tried again, at
least five times and for at least six hours; the reply's body is ignored for delivery reports and sent as an
SMS for inbound ones. Not known, and chosen here: the pauses between the attempts, and the order when several
are due at once.
"""

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from plugins.elks46.simulator_store import Row, Store
from plugins.elks46.simulator_text import count_parts

# Seven attempts over 7.2 hours, scaled by the setting `time_scale`.
RETRY_PAUSES = (10, 60, 600, 3600, 7200, 14400)
SENT_AFTER, DELIVERED_AFTER = 1.0, 4.0
COST_OF_A_PART = 3500
REPORT_FAULTS = ("report_none", "report_late", "report_twice", "report_reversed", "report_failed")


class Carrier:
    """A thread that posts what is due; `wake()` after something was planned."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="carrier", daemon=True)

    def start(self) -> None:
        """Begin to post; what an earlier process left unfinished goes on."""
        self._thread.start()

    def stop(self) -> None:
        """End after the post that is under way."""
        self._ending.set()
        self._wake.set()
        self._thread.join(10)

    def wake(self) -> None:
        """Look at once for what is due."""
        self._wake.set()

    def plan_reports(self, sms: Row) -> None:
        """Plan a message's way to the phone, and the reports about it as the faults in force say."""
        scale = float(self._store.setting("time_scale"))
        fault = self._store.take_fault(REPORT_FAULTS, sms["recipient"]) or {"kind": ""}
        final = "failed" if fault["kind"] == "report_failed" else "delivered"
        url = "" if fault["kind"] == "report_none" else sms["whendelivered"]
        times = {"sent": SENT_AFTER * scale, final: DELIVERED_AFTER * scale}
        if fault["kind"] == "report_late":
            times = {status: pause + float(fault["seconds"]) for status, pause in times.items()}
        if fault["kind"] == "report_reversed":
            times = {"sent": times[final], final: times["sent"]}
        for status, pause in times.items():
            for _ in range(2 if fault["kind"] == "report_twice" else 1):
                self._plan_report(sms, status, time.time() + pause, url=url)
        self.wake()

    def _plan_report(self, sms: Row, status: str, due: float, *, url: str) -> None:
        form = {"id": sms["id"], "status": status}
        if status == "delivered":
            form["delivered"] = datetime.fromtimestamp(due, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        self._store.plan_post(kind="report", url=url, form=form, sms_id=sms["id"], due=due)

    def receive(self, *, sender: str, recipient: str, text: str, url: str | None, times: int = 1) -> Row:
        """Take in an SMS from a phone and plan its post to the number's address (or to `url`)."""
        sms = self._store.add_sms(
            direction="incoming",
            sender=sender,
            recipient=recipient,
            message=text,
            cost=0,
            parts=count_parts(text),
        )
        target = url or self._store.setting("sms_urls").get(recipient, "")
        fields = {"id": "id", "from": "sender", "to": "recipient", "created": "created", "message": "message"}
        form = {"direction": "incoming"} | {name: sms[column] for name, column in fields.items()}
        for _ in range(times):
            self._store.plan_post(kind="inbound", url=target, form=form, sms_id=sms["id"], due=time.time())
        self.wake()
        return sms

    def forge(self, *, url: str, form: Mapping[str, str]) -> None:
        """Post a form that belongs to no message here: what somebody who guessed the address would send."""
        self._store.plan_post(kind="forged", url=url, form=form, sms_id="", due=time.time())
        self.wake()

    def _run(self) -> None:
        while not self._ending.is_set():
            for post in self._store.due_posts(time.time()):
                if self._ending.is_set():
                    return
                self._attempt(post)
            self._wake.wait(0.02)
            self._wake.clear()

    def _attempt(self, post: Row) -> None:
        form = _form_of(post)
        if post["kind"] == "report":
            self._store.progress(post["sms_id"], form["status"], form.get("delivered"))
        if not post["url"]:
            self._store.record_attempt(post["seq"], finished=True, reply="no address", due=post["due"])
            return
        try:
            # `requests` takes a user and password in the address for Basic, which 46elks offers too.
            reply = requests.post(post["url"], data=form, timeout=10, allow_redirects=False)
        except requests.RequestException as error:
            self._again(post, type(error).__name__)
            return
        if post["kind"] == "inbound":
            self._answer_inbound(post, reply)
        if 200 <= reply.status_code <= 204:
            self._store.record_attempt(post["seq"], finished=True, reply=str(reply.status_code), due=post["due"])
        else:
            self._again(post, str(reply.status_code))

    def _again(self, post: Row, reply: str) -> None:
        attempts = post["attempts"] + 1
        last = post["kind"] == "forged" or attempts > len(RETRY_PAUSES)
        pause = 0.0 if last else RETRY_PAUSES[attempts - 1] * float(self._store.setting("time_scale"))
        self._store.record_attempt(post["seq"], finished=last, reply=reply, due=time.time() + pause)

    def _answer_inbound(self, post: Row, reply: requests.Response) -> None:
        """Keep the reply's body, and send it as an SMS when it is not empty, as 46elks does.

        46elks also understands a JSON body with `reply` or `forward`; here any body is sent as it stands.
        """
        self._store.keep_reply_body(post["sms_id"], reply.status_code, reply.text)
        if not (200 <= reply.status_code <= 204 and reply.text.strip()):
            return
        form = _form_of(post)
        self._store.add_sms(
            direction="outgoing-reply",
            sender=form["to"],
            recipient=form["from"],
            message=reply.text,
            cost=COST_OF_A_PART * count_parts(reply.text),
            parts=count_parts(reply.text),
            status="sent",
        )


def _form_of(post: Row) -> dict[str, Any]:
    return dict(json.loads(post["form"]))

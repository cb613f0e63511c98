"""What can go wrong at the SMTP sink, on demand."""

import re
import threading
from dataclasses import dataclass, replace
from typing import Literal

FaultKind = Literal[
    "greeting",  # `code` instead of an answer to EHLO
    "sender",  # `code` for MAIL FROM
    "recipient",  # `code` for RCPT TO of a recipient that matches
    "drop_before_dot",  # the connection breaks while the text is sent
    "drop_after_dot",  # the connection breaks after the final dot; the message is NOT kept
    "drop_after_store",  # the connection breaks after the final dot; the message IS kept
    "refuse_text",  # `code` after the final dot; not kept
    "delay_reply",  # kept at once, the 250 leaves after `seconds`
    "delay_store",  # kept after `seconds`, and only then the 250
]


@dataclass(frozen=True)
class Fault:
    """One fault: what happens, to messages of whom (a regular expression on the address), and how often."""

    kind: FaultKind
    pattern: str = ""
    code: int = 451
    text: str = "4.3.0 try again later"
    seconds: float = 0.0
    times: int | None = None

    @property
    def reply(self) -> str:
        """The SMTP reply line."""
        return f"{self.code} {self.text}"


class Faults:
    """The faults in force; read by the server's loop, changed by the control channel's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force until it was used up or cleared."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Take every fault out of force."""
        with self._lock:
            self._faults.clear()

    def take(self, kind: FaultKind, *addresses: str | None) -> Fault | None:
        """Return the first fault of this kind that matches an address, and count its use."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if fault.kind == kind and any(re.search(fault.pattern, address or "") for address in addresses):
                    self._count(index, fault)
                    return fault
        return None

    def _count(self, index: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._faults[index]
        else:
            self._faults[index] = replace(fault, times=fault.times - 1)

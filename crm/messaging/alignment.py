"""Whether other mail servers can tell that our mail is ours: SPF, DKIM and DMARC of the sending domain.

Sources: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC and alignment).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _

FindingState = Literal["good", "warning", "missing", "not_looked_up"]
Lookup = Callable[[str], Sequence[str] | None]
_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """What was found about one record. ``record`` is what stands in the DNS."""

    key: str
    state: FindingState
    text: str
    record: str = ""


def check_alignment(
    *, sender: str, return_path: str, selector: str | None, lookup: Lookup | None = None
) -> list[Finding]:
    """Look the records up and say what they mean for us. Asks the DNS, and nothing else.

    ``lookup`` gives the TXT records of a name, an empty list where there are none, None where the DNS does
    not answer.
    """
    ask = lookup or txt_records
    domain = sender.rpartition("@")[2]
    bounce_domain = return_path.rpartition("@")[2]
    return [_spf(bounce_domain, ask), _dkim(domain, selector, ask), _dmarc(domain, bounce_domain, ask)]


def txt_records(name: str) -> Sequence[str] | None:
    """The TXT records of ``name``: none is an empty list, a DNS that does not answer is None."""
    # Imported here because it takes a quarter of a second and 10 MB, which every start would pay for one rare page.
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver()
    resolver.lifetime = _SECONDS
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _spf(domain: str, ask: Lookup) -> Finding:
    found = ask(domain)
    if found is None:
        return _not_looked_up("SPF", domain)
    records = [text for text in found if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return Finding("SPF", "missing", _("%(domain)s does not say which servers may send for it.", domain=domain))
    if len(records) > 1:
        text = _("%(domain)s has more than one SPF record; then none of them counts.", domain=domain)
        return Finding("SPF", "warning", text, " | ".join(records))
    if records[0].rstrip().endswith("+all"):
        return Finding("SPF", "warning", _("Every server in the world may send for this domain."), records[0])
    text = _("There is a record. See that it names the server that Brobygg hands its mail to.")
    return Finding("SPF", "good", text, records[0])


def _dkim(domain: str, selector: str | None, ask: Lookup) -> Finding:
    if selector is None:
        text = _("Set BROBYGG_DKIM_SELECTOR to the selector with which your mail server signs; then it can be checked.")
        return Finding("DKIM", "not_looked_up", text)
    name = f"{selector}._domainkey.{domain}"
    found = ask(name)
    if found is None:
        return _not_looked_up("DKIM", name)
    keys = [text for text in found if "p=" in text]
    if not keys:
        return Finding("DKIM", "missing", _("There is no key at %(name)s.", name=name))
    if not _tags(keys[0]).get("p"):
        return Finding("DKIM", "warning", _("The key at %(name)s has been withdrawn.", name=name), keys[0])
    return Finding("DKIM", "good", _("There is a key. See that your mail server signs with it."), keys[0])


def _dmarc(domain: str, bounce_domain: str, ask: Lookup) -> Finding:
    found = ask(f"_dmarc.{domain}")
    parent = ".".join(domain.split(".")[-2:])
    if found is not None and not _policies(found) and parent != domain:
        found = ask(f"_dmarc.{parent}")
    if found is None:
        return _not_looked_up("DMARC", f"_dmarc.{domain}")
    policies = _policies(found)
    if not policies:
        text = _("%(domain)s has no DMARC record. Large mail providers ask for one.", domain=domain)
        return Finding("DMARC", "missing", text)
    tags = _tags(policies[0])
    if tags.get("aspf", "r").lower() == "s" and bounce_domain != domain:
        text = _("The record demands that the return path has the sender's own domain, and ours has not.")
        return Finding("DMARC", "warning", text, policies[0])
    if tags.get("p", "none").lower() == "none":
        return Finding("DMARC", "good", _("There is a record; it only watches (p=none)."), policies[0])
    return Finding("DMARC", "good", _("There is a record, and it is enforced."), policies[0])


def _policies(found: Sequence[str]) -> list[str]:
    return [text for text in found if text.lower().replace(" ", "").startswith("v=dmarc1")]


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _equals, value in pairs if name.strip()}


def _not_looked_up(key: str, name: str) -> Finding:
    return Finding(key, "not_looked_up", _("%(name)s could not be looked up. Try again later.", name=name))

"""What a form says about a wrong answer, in our own words.

WTForms' catalogues have no Danish and speak of "fields"; ours say what to do, in every language.
"""

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

# WTForms' English text to ours. Placeholders are those that WTForms fills in.
MESSAGES: dict[str, Text] = {
    "This field is required.": _l("Fill this in."),
    "Invalid input.": _l("This does not look right. Check what you wrote."),
    "Field must be equal to %(other_name)s.": _l("The two do not match. Write the same in both."),
    "Field must be at least %(min)d character long.": _l("Write at least one character."),
    "Field must be at least %(min)d characters long.": _l("Write at least %(min)d characters."),
    "Field cannot be longer than %(max)d character.": _l("Write one character at most."),
    "Field cannot be longer than %(max)d characters.": _l("Write %(max)d characters at most."),
    "Field must be exactly %(max)d character long.": _l("Write exactly one character."),
    "Field must be exactly %(max)d characters long.": _l("Write exactly %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": _l("Write between %(min)d and %(max)d characters."),
    "Number must be at least %(min)s.": _l("The number must be %(min)s or more."),
    "Number must be at most %(max)s.": _l("The number must be %(max)s or less."),
    "Number must be between %(min)s and %(max)s.": _l("The number must be between %(min)s and %(max)s."),
    "Date must be at least %(min)s.": _l("The date must be %(min)s or later."),
    "Date must be at most %(max)s.": _l("The date must be %(max)s or earlier."),
    "Date must be between %(min)s and %(max)s.": _l("The date must be between %(min)s and %(max)s."),
    "Invalid email address.": _l("Write an e-mail address, like name@example.org."),
    "Invalid IP address.": _l("Write an IP address."),
    "Invalid Mac address.": _l("Write a MAC address."),
    "Invalid URL.": _l("Write a web address that begins with https://."),
    "Invalid UUID.": _l("This does not look right. Check what you wrote."),
    "Invalid value, must be one of: %(values)s.": _l("Choose one of: %(values)s."),
    "Invalid value, can't be any of: %(values)s.": _l("Choose something else than: %(values)s."),
    "This field cannot be edited.": _l("This cannot be changed here."),
    "This field is disabled and cannot have a value.": _l("This cannot be changed here."),
    "Invalid CSRF Token.": _l("The page was open for too long. Send it again."),
    "CSRF token missing.": _l("The page was open for too long. Send it again."),
    "CSRF failed.": _l("The page was open for too long. Send it again."),
    "CSRF token expired.": _l("The page was open for too long. Send it again."),
    "The CSRF token is missing.": _l("The page was open for too long. Send it again."),
    "The CSRF token has expired.": _l("The page was open for too long. Send it again."),
    "The CSRF token is invalid.": _l("The page was open for too long. Send it again."),
    "The CSRF session token is missing.": _l("The page was open for too long. Send it again."),
    "The CSRF tokens do not match.": _l("The page was open for too long. Send it again."),
    "Invalid Choice: could not coerce.": _l("Choose one of the alternatives."),
    "Not a valid choice.": _l("Choose one of the alternatives."),
    "Not a valid choice": _l("Choose one of the alternatives."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choose among the alternatives."),
    "'%(value)s' is not a valid choice for this field.": _l("Choose among the alternatives."),
    "'%(value)s' are not valid choices for this field.": _l("Choose among the alternatives."),
    "Not a valid datetime value.": _l("Write a date and a time, like 2026-11-22 13:00."),
    "Not a valid date value.": _l("Write a date, like 2026-11-22."),
    "Not a valid time value.": _l("Write a time, like 13:00."),
    "Not a valid week value.": _l("Write a week, like 2026-W47."),
    "Not a valid integer value.": _l("Write a whole number."),
    "Not a valid decimal value.": _l("Write a number."),
    "Not a valid float value.": _l("Write a number."),
    "File does not have an approved extension.": _l("Choose a file of another kind."),
}


class OurMessages:
    """The translations object that forms hand to WTForms. A text that is not in the table stays as it is."""

    def gettext(self, string: str) -> str:
        """Our words for one of WTForms' texts."""
        return str(MESSAGES.get(string, string))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The same for a text that has a plural; each of our languages has two forms, as English has."""
        return self.gettext(singular if number == 1 else plural)

"""What sample participants answer."""

from collections.abc import Mapping
from random import Random

STATUS_AFTER = {
    "work_ordinary": "work",
    "work_subsidised": "work_subsidised",
    "self_employed": "self_employed",
    "studies": "studies",
    "social_insurance": "sick_leave",
    "care_treatment": "sick_leave",
    "other_measure": "work_training",
}
"""What a person says who left for this reason; everybody else looks for work."""
GOOD = (
    "Jag fick en kontaktperson som lyssnade.",
    "Att vi gick till arbetsplatsen tillsammans.",
    "Praktiken. Jag fick visa vad jag kan.",
    "Alla var snälla och jag fick tid.",
    "Hjelp med CV og søknad.",
    "Jeg fikk prøve tre ulike jobber.",
    "Vi pratade om vad jag ville, inte bara om vad som fanns.",
    "God oppfølging hele veien.",
)
BETTER = (
    "Det tog lång tid innan praktiken började.",
    "Fler arbetsplatser att välja mellan.",
    "Flere kurs om kvelden.",
    "Jag ville ha haft mer svenska på arbetsplatsen.",
    "Ring oftere i starten.",
    "Tydligare information om ersättningen.",
)


def status_after(reason: str) -> str:
    """The labour status that fits an exit reason."""
    return STATUS_AFTER.get(reason, "job_seeking")


def exit_answers(reason: str, goals: Mapping[str, str], texts: tuple[str, str]) -> dict[str, str]:
    """Answers to the survey at the exit by question; '' is a question that was skipped."""
    status = status_after(reason)
    answers = {**goals, "status_now": status, "contact_wish": "no"}
    if status in ("work", "work_subsidised"):
        answers["via_us"] = "yes"
    return answers | {"good_text": texts[0], "better_text": texts[1]}


def later_answers(status: str, *, same_employer: bool) -> dict[str, str]:
    """Answers to the survey after 90 days."""
    answers = {"status_now": status}
    if status in ("work", "work_subsidised"):
        answers["same_employer"] = "same" if same_employer else "other"
    if status in ("work", "work_subsidised", "self_employed"):
        answers["hours_week"] = "h_30_plus" if same_employer else "h_20_29"
    support = "job_search" if status == "job_seeking" else "none"
    return answers | {"support_need": support, "contact_wish": "no", "more_text": ""}


def random_goals(random: Random, keys: tuple[str, ...]) -> dict[str, str]:
    """Answers on the scale of five, most of them good."""
    return {key: random.choices("2345", (1, 2, 6, 8))[0] for key in keys}

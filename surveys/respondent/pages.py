"""The templates of the people who are asked."""

from flask import current_app, g

from crm.settings import LANGUAGES


def respondent_page(name: str, **context: object) -> str:
    """A page without the frame of staff: no menu, no banner, nobody who is signed in, no cookie.

    What the application's context processors gather for staff pages stands on none of these, so they are not asked;
    each page is given all that it shows. Nor is it asked which language a member of staff has chosen: words of the
    frame are in the survey's own language where the product knows it.
    """
    if context.get("lang") in LANGUAGES:
        g.language = context["lang"]
    return current_app.jinja_env.get_template(f"surveys/respondent/{name}.html").render(context)

"""What templates say in the language of the page, whichever language they were compiled in."""

import pytest

from portal.web.presentation import formatting, i18n, languages
from tests.loops import not_empty


@pytest.mark.parametrize(
    ("expression", "english", "french"),
    [
        ("64240 | number", "64,240", "64\u202f240"),
        ("7500000 | millions('#,##0.#')", "7.5 million", "7,5\u00a0millions"),
        ("'fr' | language_name", "French", "français"),
    ],
)
def test_a_constant_is_said_in_the_language_of_each_page(app, expression, english, french):
    template = app.jinja_env.from_string(f"{{{{ {expression} }}}}")
    said = {}
    for locale in ("fr", "en"):
        with app.test_request_context(), i18n.using(locale):
            said[locale] = template.render()
    assert said == {"en": english, "fr": french}


def test_no_filter_that_speaks_is_computed_while_a_template_is_compiled(app):
    spoken = {*formatting.FILTERS, *languages.FILTERS, "stored", "verb_name", "kind_name", "actor_name", "role_name"}
    for name in not_empty(spoken):
        assert hasattr(app.jinja_env.filters[name], "jinja_pass_arg"), name

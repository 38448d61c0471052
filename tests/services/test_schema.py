"""Migrations and the first terms."""

from portal.models import Term, db
from portal.search import measures
from portal.services import schema


def test_models_and_migrations_agree(app, session):
    assert schema.drift(db.session.connection()) == []
    assert schema.is_current(db.session.connection())


def test_terms_know_their_broader_term(session):
    terms = {(term.facet, term.code): term for term in session.query(Term)}
    ids = {term.id: term.code for term in terms.values()}
    assert ids[terms["sdg", "8.8"].parent_id] == "8"
    assert ids[terms["type", "labour-migration"].parent_id] == "labour-migration"


def test_the_agenda_counts_seventeen_goals_and_twenty_three_objectives(sample):
    assert [aim.word.code for aim in measures.aims("sdg")] == [str(number) for number in range(1, 18)]
    assert len(measures.aims("gcm")) == 23


def test_planting_twice_changes_nothing(session):
    assert not schema.plant(session())

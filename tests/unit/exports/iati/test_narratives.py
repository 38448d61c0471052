from portal.exports.iati.narratives import narrative


def test_a_language_that_is_not_stated_is_left_out():
    assert narrative("Eau & santé") == "<narrative>Eau &amp; santé</narrative>"


def test_a_language_is_marked():
    assert narrative("Eau", "fr") == '<narrative xml:lang="fr">Eau</narrative>'

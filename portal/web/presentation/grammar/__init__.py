"""The grammar of each language: what gettext cannot say, because words agree and contract with their neighbours."""

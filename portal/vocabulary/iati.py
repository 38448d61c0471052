"""Codes of the IATI standard in the words of this portal, as far as imports need them.

Source: the code lists of IATI 2.03, iatistandard.org (CC BY 4.0).
"""

from __future__ import annotations

# The namespace of what our own IATI files state beyond the standard.
NAMESPACE = "urn:idf-portal:iati:1"
# IOM's identifier as an organisation, and the type of other-identifier for a publisher's own number.
IOM = "XM-DAC-47066"
OWN_NUMBER = "A1"
# ActivityStatus.
STATUSES = {
    "1": "Pipeline",
    "2": "Active",
    "3": "Finalisation",
    "4": "Completed",
    "5": "Cancelled",
    "6": "Suspended",
}
# ActivityScope; 5 to 8 are parts of one country.
COVERAGES = {"1": "Global", "2": "Regional", "3": "Multi-Regional"} | dict.fromkeys("45678", "National")
# Region, the list of the DAC. 998 is "unspecified", which states no region.
REGIONS = {
    **dict.fromkeys(("189", "289", "298", "1027", "1028", "1029", "1030"), "Africa"),
    **dict.fromkeys(("619", "679", "689", "789", "798", "889", "1033", "1034", "1035"), "Asia and Oceania"),
    "89": "Europe",
    # The recipients in America are those of Latin America and the Caribbean.
    **dict.fromkeys(("389", "489", "498", "1031", "1032"), "Latin America and the Caribbean"),
    "589": "Middle East",
}
DAC_REGIONS = "1"
OWN_VOCABULARIES = ("99", "98")
# TagVocabulary and SectorVocabulary have different numbers for the goals and targets of the 2030 Agenda.
SDG_TAGS, SDG_SECTORS = ("2", "3"), ("7", "8")
WEB_PAGE = "A12"
VERSIONS = ("2.01", "2.02", "2.03")

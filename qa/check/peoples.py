"""Countries and their peoples, where the two names share too little to be seen as one: the Netherlands, and the Dutch.

The others are seen by their beginning: Iraqi, of Iraq (see `qa.named`).
"""

from __future__ import annotations

import re

_ROWS = """
    Afghanistan Afghan|Argentina Argentine Argentinian|Azerbaijan Azerbaijani Azeri|Belarus Belarusian|Benin Beninese
    Bhutan Bhutanese|Brazil Brazilian|Cameroon Cameroonian|Canada Canadian|Chad Chadian|China Chinese|Congo Congolese
    Cyprus Cypriot|Denmark Danish Dane|Ecuador Ecuadorian|Egypt Egyptian|England English|Finland Finnish Finn
    France French|Gabon Gabonese|Ghana Ghanaian|Guyana Guyanese|Hungary Hungarian|Iran Iranian|Ireland Irish
    Italy Italian|Japan Japanese|Jordan Jordanian|Kazakhstan Kazakh|Kyrgyzstan Kyrgyz|Laos Lao Laotian
    Lebanon Lebanese|Luxembourg Luxembourgish|Madagascar Malagasy|Maldives Maldivian|Malta Maltese|Monaco Monegasque
    Mozambique Mozambican|Myanmar Burma Burmese|Nepal Nepalese Nepali|Netherlands Holland Dutch|Niger Nigerien
    Norway Norwegian|Palestine Palestinian|Panama Panamanian|Peru Peruvian|Philippines Philippine Filipino
    Poland Polish Pole|Portugal Portuguese|Scotland Scottish Scot|Senegal Senegalese|Slovenia Slovene Slovenian
    Spain Spanish Spaniard|Sudan Sudanese|Sweden Swedish Swede|Switzerland Swiss|Taiwan Taiwanese|Tajikistan Tajik
    Thailand Thai|Togo Togolese|Turkey Turkish Turk|Turkmenistan Turkmen|Ukraine Ukrainian|Uzbekistan Uzbek
    Vietnam Vietnamese|Wales Welsh
"""

PEOPLES = tuple(
    re.compile(rf"\b(?:{'|'.join(row.split())})(?:s|(?:wo)?m[ae]n)?\b") for row in re.split(r"[|\n]", _ROWS.strip())
)
"""Each finds the names of one country and its people."""

"""Verbs whose past has a form of its own."""

from __future__ import annotations

from collections.abc import Mapping

_IRREGULAR = """
    became:become began:begin bought:buy broke:break brought:bring built:build came:come caught:catch chose:choose
    drew:draw drove:drive fell:fall flew:fly fought:fight found:find gave:give went:go grew:grow held:hold kept:keep
    knew:know led:lead lost:lose made:make met:meet paid:pay ran:run rose:rise said:say sang:sing sank:sink saw:see
    sent:send sold:sell spent:spend spoke:speak stood:stand stole:steal struck:strike swam:swim taught:teach
    told:tell took:take threw:throw thought:think understood:understand won:win wore:wear wrote:write cost:cost
    overtook:overtake withdrew:withdraw"""

_PARTICIPLES = """
    begun:begin broken:break chosen:choose drawn:draw driven:drive eaten:eat ate:eat fallen:fall flown:fly given:give
    gone:go grown:grow known:know risen:rise sung:sing sunk:sink seen:see spoken:speak stolen:steal swum:swim
    taken:take thrown:throw worn:wear written:write done:do left:leave felt:feel slept:sleep heard:hear read:read
    meant:mean dealt:deal shot:shoot fed:feed bore:bear born:bear hid:hide hidden:hide forgot:forget forgotten:forget
    forbade:forbid forgave:forgive froze:freeze frozen:freeze rode:ride ridden:ride rang:ring shook:shake
    shaken:shake shone:shine shrank:shrink slid:slide swore:swear tore:tear torn:tear woke:wake wound:wind lent:lend
    bent:bend bound:bind bred:breed dug:dig fled:flee hung:hang laid:lay lit:light sought:seek shut:shut
    spread:spread swept:sweep swung:swing wept:weep"""


def _pairs(text: str) -> dict[str, str]:
    return {form: base for form, _, base in (pair.partition(":") for pair in text.split())}


IRREGULAR_PAST: Mapping[str, str] = _pairs(_IRREGULAR)
"""A past tense -> the form after "did"."""

BASE_FORM: Mapping[str, str] = {**IRREGULAR_PAST, **_pairs(_PARTICIPLES)}
"""A past tense or participle -> the form after "did". "Left" and "found" are taken for those of leave and find."""

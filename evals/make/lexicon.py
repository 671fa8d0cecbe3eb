"""Word lists for drafting questions: small, English, written by hand. What they lack is passed over, never guessed."""

from __future__ import annotations

import re

from qa.verbs import IRREGULAR_PAST


def _words(text: str) -> list[str]:
    return text.split()


def _names(text: str) -> list[str]:
    return "".join(line.strip() for line in text.splitlines()).split("|")


MONTHS = tuple(_words("January February March April May June July August September October November December"))
WEEKDAYS = tuple(_words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"))

COUNTRIES = tuple(
    _names("""
        Afghanistan|Albania|Algeria|Argentina|Armenia|Australia|Austria|Azerbaijan|Bangladesh|Belarus|Belgium|Bolivia|
        Bosnia|Brazil|Britain|Bulgaria|Burma|Cambodia|Cameroon|Canada|Chile|China|Colombia|Croatia|Cuba|Cyprus|
        Denmark|Ecuador|Egypt|England|Estonia|Ethiopia|Finland|France|Germany|Ghana|Greece|Guatemala|Haiti|Honduras|
        Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Jamaica|Japan|Kazakhstan|Kenya|Kosovo|Kuwait|
        Latvia|Lebanon|Libya|Lithuania|Malaysia|Mali|Malta|Mexico|Morocco|Mozambique|Myanmar|Nepal|New Zealand|
        Nicaragua|Nigeria|North Korea|Norway|Oman|Pakistan|Panama|Paraguay|Peru|Poland|Portugal|Qatar|Romania|Russia|
        Rwanda|Saudi Arabia|Scotland|Senegal|Serbia|Singapore|Slovakia|Slovenia|Somalia|South Africa|South Korea|
        Spain|Sri Lanka|Sudan|Sweden|Switzerland|Syria|Taiwan|Tanzania|Thailand|Tunisia|Turkey|Uganda|Ukraine|Uruguay|
        Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe""")
)
CITIES = tuple(
    _names("""
        Amsterdam|Ankara|Athens|Atlanta|Baghdad|Bangkok|Barcelona|Beijing|Beirut|Belgrade|Bergen|Berlin|Boston|
        Brussels|Bucharest|Budapest|Cairo|Cape Town|Caracas|Chicago|Copenhagen|Dallas|Damascus|Delhi|Denver|Detroit|
        Dubai|Dublin|Edinburgh|Frankfurt|Geneva|Glasgow|Hamburg|Havana|Helsinki|Hong Kong|Houston|Islamabad|Istanbul|
        Jakarta|Jerusalem|Johannesburg|Kabul|Karachi|Kiev|Kyiv|Lagos|Lahore|Las Vegas|Lima|Lisbon|Liverpool|London|
        Los Angeles|Madrid|Manchester|Manila|Melbourne|Miami|Milan|Montreal|Moscow|Mumbai|Munich|Nairobi|New Delhi|
        New Orleans|New York|Oslo|Ottawa|Paris|Philadelphia|Phoenix|Pittsburgh|Prague|Riga|Rome|San Diego|
        San Francisco|Sarajevo|Seattle|Seoul|Shanghai|Sofia|Stockholm|Sydney|Tehran|Tel Aviv|Tokyo|Toronto|Tripoli|
        Vancouver|Vienna|Warsaw|Zurich""")
)
STATES = tuple(
    _names("""
        Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|
        Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|
        Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|
        Pennsylvania|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|West Virginia|Wisconsin|
        Wyoming""")
)
PEOPLES = tuple(
    _words("""
        Afghan American Argentine Australian Austrian Belgian Brazilian British Bulgarian Canadian Chilean Chinese
        Colombian Cuban Danish Dutch Egyptian Ethiopian European Finnish French German Greek Hungarian Indian Indonesian
        Iranian Iraqi Irish Israeli Italian Japanese Jordanian Kenyan Korean Kurdish Lebanese Libyan Mexican Moroccan
        Nigerian Norwegian Pakistani Palestinian Peruvian Polish Portuguese Romanian Russian Saudi Scottish Serbian
        Somali Spanish Swedish Swiss Syrian Taiwanese Thai Tunisian Turkish Ukrainian Vietnamese Welsh""")
)
"""Adjectives of countries; a name of a person or place never begins with one."""

FIRST_NAMES = frozenset(
    _words("""
        Aaron Abdul Adam Ahmed Alan Albert Alex Alexander Alice Alison Amanda Amy Ana Andrea Andrew Angela Ann Anna Anne
        Anthony Antonio Arthur Barack Barbara Ben Benjamin Bernard Betty Bill Bob Brian Bruce Carl Carlos Carol Caroline
        Catherine Charles Charlie Charlotte Chris Christian Christina Christine Christopher Claire Craig Cynthia Daniel
        David Deborah Dennis Diana Diane Donald Donna Dorothy Douglas Edward Elena Elizabeth Ellen Emily Emma Eric Ethan
        Eva Evelyn Fatima Frances Francis Frank Fred Gary George Gerald Gordon Graham Greg Gregory Hannah Hans Harold
        Harry Hassan Heather Helen Henry Hillary Howard Hugh Ian Ibrahim Isabel Ivan Jack Jacob James Jan Jane Janet
        Jason Jean Jeff Jeffrey Jennifer Jeremy Jerry Jessica Jim Joan Joe John Jonathan Jorge Jose Joseph Joshua Juan
        Judith Julia Julie Justin Karen Karl Kate Katherine Kathleen Keith Kelly Kenneth Kevin Larry Laura Lauren
        Lawrence Leo Linda Lisa Louis Louise Lucy Luis Luke Margaret Maria Marie Mark Martha Martin Mary Matthew Megan
        Melissa Michael Michelle Mike Mohamed Mohammed Nancy Nathan Nicholas Nicole Nina Noah Oliver Olivia Omar Pamela
        Patricia Patrick Paul Pedro Peter Philip Rachel Ralph Raymond Rebecca Richard Robert Roger Ronald Roy Russell
        Ruth Ryan Sally Sam Samantha Samuel Sandra Sarah Scott Sean Sharon Simon Sophie Stephanie Stephen Steve Steven
        Stuart Susan Tariq Taylor Teresa Theodore Thomas Timothy Tina Tom Tony Victor Victoria Vincent Walter Wayne
        William Yusuf""")
)
TITLES = frozenset(
    _words("""
        Mr Mrs Ms Dr Prof Professor President Sen Senator Rep Gov Governor Judge Justice Gen General Col Colonel Capt
        Captain Lt Sgt Sergeant Chancellor King Queen Prince Princess Sir Lord Lady Pope Bishop Mayor""")
)
ORGANISATION_WORDS = {
    word: noun
    for noun, words in {
        "company": """
        Inc Corp Corporation Ltd LLC Company Co GmbH AG PLC Airlines Airways Motors Technologies Systems
        Holdings Industries Pharmaceuticals Records Studios Group""",
        "university": "University",
        "organisation": """
        Agency Association Authority Bank Board Bureau Center Centre Church Commission Committee         Congress
        Council Court Department Federation Foundation Institute Ministry Organization Organisation Parliament
        Party Senate Society Union Service Command Museum College School Club""",
    }.items()
    for word in words.split()
}
"""The last word of an organisation's name, and the noun to ask for it with."""

NOT_PEOPLE = frozenset(
    _words("""
        Act Agreement Airport Album Avenue Award Battle Bay Beach Bible Bowl Bridge Building Castle Cathedral City
        County Creek Cup Day Dam District East Empire Forest Fort Garden Gate Hall Hill Hills Hospital House Hotel
        Island Islands Lake Law League Library Magazine Market Mountain News North Ocean Palace Park Plan Post Press
        Prize Project Province Report River Road Sea Series South Square Stadium State States Street Theatre Times Tower
        Treaty Tribune TV Valley Village War West World""")
)
"""A name that ends like this is no person's, whatever it begins with."""

TIME_WORDS = frozenset((*MONTHS, *WEEKDAYS, *_words("Christmas Easter New Eve English Day God")))
"""Capitalised words that are no name to ask for."""

NO_NOUNS = frozenset(
    _words("""
        same other following former latter above first last next second most many more less least rest whole only very
        this thing things people person persons group company companies firm government official officials police
        officer officers authority authorities staff employee employees worker workers member members party parties case
        cases part parts place time times year years month months week weeks days number total half end start beginning
        side way kind sort means others series document documents text section agreement contract man woman men women
        move plan plans decision contrary greater relative average aggregate capacity dozen disadvantage background
        demand trial""")
)
"""Words that are no noun, or so general that another word may stand for the same thing."""

_CONTRASTING_NOUNS = _names("""
    father mother|brother sister|son daughter|uncle aunt|king queen|days weeks months|men women|boys girls|
    buyer seller|licensor licensee|landlord tenant|lessor lessee|employer employee|morning afternoon evening|
    spring summer winter|hospital school church airport|football basketball baseball|novel poem song|bridge tunnel""")
_CONTRASTING_ADJECTIVES = _names("""
    first second third fourth fifth|largest smallest|highest lowest|oldest youngest|longest shortest|fastest slowest|
    northern southern eastern western|daily weekly monthly quarterly annual|initial final|primary secondary tertiary|
    public private|minimum maximum|domestic foreign|red blue green yellow""")
ADJECTIVES = frozenset(word for group in _CONTRASTING_ADJECTIVES for word in group.split())
CONTRASTS = {
    word: frozenset(group.split()) for group in _CONTRASTING_NOUNS + _CONTRASTING_ADJECTIVES for word in group.split()
}
"""A common word -> the words that stand in the same places and mean something else, with itself."""

INVENTED = {
    "person": ("Henrik Solberg", "Marta Kowalska", "Dario Conti", "Ingrid Falk", "Samuel Okoye", "Lucia Ferrer"),
    "surname": ("Solberg", "Kowalska", "Conti", "Falk", "Okoye", "Ferrer"),
    "country": ("Paraguay", "Estonia", "Nepal", "Zambia", "Iceland", "Uruguay"),
    "city": ("Bergen", "Riga", "Lima", "Edinburgh", "Sofia", "Nairobi"),
    "state": ("Vermont", "Idaho", "Nebraska", "Delaware", "Wyoming", "Montana"),
    "people": ("Norwegian", "Peruvian", "Finnish", "Nepalese", "Kenyan", "Estonian"),
    "singular noun": ("museum", "orchestra", "bakery", "lighthouse", "vineyard", "choir"),
    "plural noun": ("musicians", "gardeners", "painters", "tailors", "sculptors", "dancers"),
    "month": MONTHS,
    "weekday": WEEKDAYS,
}
"""Terms for a twin question where the documents hold none to borrow."""

# ---- verbs: the form that stands in the text -> the form after "did" or "does" ----

_REGULAR = """
        accept accuse achieve acquire add adopt agree aim allow announce answer appear appoint approve argue arrange
        arrest arrive ask assume attend attract award ban believe belong benefit call cancel capture carry celebrate
        charge claim collapse collect combine complete compose conduct confirm conquer consist construct contain
        continue contribute convert cover crash create criticize cross declare decide defeat deliver demand deny
        describe deserve design destroy develop die direct disappear discover discuss display dominate donate double
        drop earn employ enable encourage end enjoy enter establish estimate evacuate examine execute expand expect
        explain export extend face fail finish fire follow force gain gather grant handle help hire host identify import
        impose improve include increase inform injure install introduce invade invent invest invite issue join jump kill
        land last launch learn live manage marry measure mention move murder name need note obtain occupy occur offer
        open operate order organize pass perform permit plan play plead pledge praise predict prepare present prevent
        produce promise promote propose protect provide publish pull purchase push raise reach receive recognize
        recommend record recover reduce refer refuse reject release remain remove rename replace report request require
        rescue resign respond restore result retain retire return reveal reverse review rule sail save score search
        secure seize select separate serve settle share shift sign start state stay stop succeed suffer suggest support
        surrender surround survive suspend target test threaten total transfer travel treat turn unveil urge use vacate
        visit vote vow wait walk want warn watch welcome witness work wound absorb affiliate afford aid amend anchor
        ascend assign attach average calculate centre chair chart christen circulate cite commission commit compete
        comprise concede conclude confront constitute contact contest cultivate curate dedicate detail detain devote
        diagnose digitise disclose disrupt donate draft educate elect elevate emigrate employ enlist equip evaluate
        exceed exchange exclude exhibit experience explore finance fund govern graduate guarantee guide head honour
        house identify illustrate import improve infect inherit injure inspect inspire instruct integrate interview
        investigate label lecture license locate maintain manufacture merge migrate nominate notify observe oppose
        outline participate partner photograph possess preserve proceed process prohibit prompt prosecute prove qualify
        question rank react recall recruit regain register regulate rehearse reinforce reopen repair repeat represent
        resume retrieve schedule scrap screen sponsor stage stress strengthen study submit supply suspect tie top tour
        track trade trail train transform translate trigger unite upgrade validate wage weigh yield close burn plant
        damage paint rent"""
_DOUBLED = frozenset(_words("ban commit drop scrap permit plan refer stop transfer"))
_PRESENT = """
        owns:own provides:provide contains:contain includes:include consists:consist employs:employ receives:receive
        becomes:become says:say makes:make gives:give requires:require allows:allow serves:serve belongs:belong
        produces:produce remains:remain begins:begin costs:cost expires:expire pays:pay grants:grant agrees:agree"""


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeou":
        return verb[:-1] + "ied"
    return verb + (verb[-1] if verb in _DOUBLED else "") + "ed"


def _pairs(text: str) -> dict[str, str]:
    return {form: base for form, _, base in (pair.partition(":") for pair in text.split())}


PAST = {_past(verb): verb for verb in _REGULAR.split()} | dict(IRREGULAR_PAST)
PRESENT = _pairs(_PRESENT)
VERBS = frozenset(
    _words("be been has gets runs says holds keeps goes comes stands begins ends applies rises falls leads sits lies")
    + [re.sub(r"([^aeo])y$", r"\1ie", re.sub(r"(ss|sh|ch|x|go|do)$", r"\1e", base)) + "s" for base in PAST.values()]
)
"""Forms in -s, each of which is a noun elsewhere: enough to tell a sentence from a heading, not to take it apart."""

AUXILIARIES = frozenset(_words("is was are were will would can could must shall should may might has had have"))
AGENT_VERBS = frozenset(
    _words("""
        accused agreed announced apologised appealed argued asked confirmed decided declared denied filed founded issued
        launched ordered planned pledged promised proposed published refused rejected released requested resigned said
        signed sued told threatened urged voted vowed warned wrote""")
)
"""Only people and their organisations do these things, so that "Who" asks for the subject, whatever it is called."""

NO_PAST = frozenset(
    _words("based called named located used hundred need indeed exceed speed related united limited unlimited")
)
"""Words in -ed that are seldom the verb of their sentence."""

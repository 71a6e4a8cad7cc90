"""What looks like a passive in English, bokmål and Swedish, by endings and short lists. Pure.

Each takes the words of one sentence and gives those that are meant ("will be moved"), or nothing. States are left alone
("the bridge is closed", “brua er stengt”, ”bron är stängd”): they say how things are, and nobody need have done it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# So many words may stand between the verb and its participle (“is not yet sold”).
BETWEEN = 2


def english(words: Sequence[str]) -> str:
    """A form of *be* or *get*, perhaps an adverb or two, then a participle."""
    return _pair(words, _BE, _english_adverb, lambda word: word in _ENGLISH or _regular(word))


def norwegian(words: Sequence[str]) -> str:
    """*bli* with a participle, or a verb in -s (“stenges”, “må søkes”)."""
    paired = _pair(words, _BLI, _nordic_adverb, lambda word: word in _NORWEGIAN or _norwegian_regular(word))
    return paired or next((word for word in words if _norwegian_s(word)), "")


def swedish(words: Sequence[str]) -> str:
    """*bli* with a participle, or a verb in -s (”stängs”, ”beslutades”)."""
    paired = _pair(words, _BLIR, _nordic_adverb, lambda word: word in _SWEDISH or _swedish_regular(word))
    return paired or next((word for word in words if _swedish_s(word)), "")


def _pair(
    words: Sequence[str],
    verbs: frozenset[str],
    between: Callable[[str], bool],
    participle: Callable[[str], bool],
) -> str:
    small = [word.lower() for word in words]
    for place, word in enumerate(small):
        if word not in verbs:
            continue
        for step in range(1, BETWEEN + 2):
            if place + step >= len(small):
                break
            if participle(small[place + step]):
                return " ".join(words[place : place + step + 1])
            if not between(small[place + step]):
                break
    return ""


def _regular(word: str) -> bool:
    return len(word) > 4 and word.endswith("ed") and not word.endswith("eed") and word not in _ENGLISH_STATES


def _english_adverb(word: str) -> bool:
    return word.endswith("ly") or word in _ENGLISH_ADVERBS


def _nordic_adverb(word: str) -> bool:
    return word in _NORDIC_ADVERBS


def _norwegian_regular(word: str) -> bool:
    return len(word) > 5 and word.endswith(("et", "ert")) and word not in _NORWEGIAN_STATES


def _norwegian_s(word: str) -> bool:
    """In small letters only: names have a genitive in -es too."""
    if not word.islower() or word in _NORWEGIAN_DEPONENT:
        return False
    return word in _NORWEGIAN_S or (len(word) > 4 and bool(_NORWEGIAN_ES.search(word)))


def _swedish_regular(word: str) -> bool:
    return (
        len(word) > 4 and word.endswith(("ad", "at", "ade", "erad", "erat")) and word not in _SWEDISH_STATES
    )


def _swedish_s(word: str) -> bool:
    if not word.islower() or word in _SWEDISH_DEPONENT:
        return False
    return word in _SWEDISH_S or (len(word) > 4 and bool(_SWEDISH_AS.search(word)))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BE = _set("am is are was were be been being isn't aren't wasn't weren't get gets got")
_BLI = _set("bli blir ble blei blitt")
_BLIR = _set("bli blir blev blivit")
_ENGLISH_ADVERBS = _set(
    "not never also now being been already still soon just always often then all both yet to be"
)
_NORDIC_ADVERBS = _set(
    "ikke også nå alltid snart derfor likevel ofte straks nylig dermed alle først senere igjen inte också nu "
    "därför ändå ofta strax nyligen därmed alla först senare igen aldrig aldri"
)
# Participles that mostly tell how something is.
_ENGLISH_STATES = _set(
    "closed interested tired excited pleased delighted married retired worried surprised concerned located "
    "limited supposed allowed used finished advanced experienced qualified related crowded detailed naked "
    "scared bored needed cancelled canceled relieved convinced determined prepared hundred sacred wicked "
    "kindred"
)
_ENGLISH = _set(
    "made done given taken sent written built bought brought caught chosen cut drawn driven found held hidden "
    "hit kept laid led let lost paid put read said seen shown spent stolen taught thrown told understood "
    "withdrawn begun broken set dug fed fixed forgotten frozen grown heard known meant met overseen proven "
    "ridden risen rung spoken sung sunk sworn torn undertaken worn"
)
_NORWEGIAN_STATES = _set(
    "interessert begeistret forelsket overrasket bekymret skuffet kvartalet konsert ekspert desert"
)
_NORWEGIAN = _set(
    "stengt vedtatt gitt tatt gjort sagt skrevet sendt brukt bygd lagt holdt funnet valgt solgt kjøpt hørt lest "
    "vist satt bestemt innført utført gjennomført fjernet ryddet malt hentet revet utsatt avlyst bedt spurt "
    "fulgt nevnt kjørt levert ført delt kalt meldt sett fått betalt fylt"
)
# -es of verbs; not the genitive of a plural (“kommunenes”, “elevenes”).
_NORWEGIAN_ES = re.compile(r"(?<!en)(?<!er)es$")
_NORWEGIAN_S = _set(
    "gis tas vedtas ses fås gjøres sies foretas overtas mottas avgis oppgis angis utgis inntas opptas gås "
    "settes legges leveres endres vurderes prioriteres informeres koordineres revideres registreres arrangeres "
    "repareres evalueres kontrolleres organiseres serveres finansieres åpnes tjenes hentes ferdigstilles "
    "beregnes"
)
_NORWEGIAN_DEPONENT = _set(
    "felles finnes synes trives møtes lykkes minnes skilles kjennes høres undres slåss ventes treffes enes "
    "brytes alles begges deres hennes annens behøves trenges elskes syntes fantes følges ellers"
)
_SWEDISH_STATES = _set(
    "glad kvad mat stad plat rad lat salat senat format privat apparat resultat mandat granat soldat grad"
)
_SWEDISH = _set(
    "stängd stängt stängda byggd byggt byggda såld sålt sålda vald valt valda given givet givna tagen taget "
    "tagna skriven skrivet skrivna gjord gjort gjorda sagd sagt lagd lagt lagda satt hållen hållet köpt köpta "
    "sänd sänt använd använt använda inställd inställt inställda utförd utfört införd infört genomförd "
    "genomfört framförd funnen funnet kallad nämnd nämnt fylld fyllt ombedd skickad rivna riven rivet "
    "uppskjuten uppskjutet"
)
# Present in -as, past in -ades; not the genitive of a plural (”kvinnornas”, ”barnens”).
_SWEDISH_AS = re.compile(r"(?:(?<![oae]rn)as|ades)$")
_SWEDISH_S = _set(
    "stängs byggs köps görs sägs ges tas sätts läggs hålls skrivs säljs används följs ställs krävs behövs "
    "stängdes byggdes köptes gjordes sades gavs togs sattes lades hölls skrevs såldes användes följdes ställdes "
    "krävdes genomförs genomfördes införs infördes utförs utfördes inleds inleddes ersätts ersattes hyrs "
    "avslutats beslutats öppnats byggts stängts flyttats skickats sänds ändrats mejlas rivs visas"
)
_SWEDISH_DEPONENT = _set(
    "hoppas finnas andas minnas lyckas misslyckas trivas saknas fattas umgås skämmas svettas låtsas kräkas "
    "brottas tyckas allas deras känns kännas vistas åldras samlas mötas slåss turas envisas hoppades andades "
    "lyckades misslyckades saknades fattades vistades låtsades brottades samlades åldrades envisades atlas "
    "kompas trängas skiljas stadgas"
)

PASSIVES: Mapping[str, Callable[[Sequence[str]], str]] = {"en": english, "nb": norwegian, "sv": swedish}

"""What the demo organisation says in bokmål and Swedish as well, by the title of the post. Names are made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# By title: the first comment of the post itself, then by language title, text, first comment and words for its picture.
POSTS: Mapping[str, tuple[str, Mapping[str, tuple[str, str, str, str]]]] = {
    "Ferry Fjordvik–Nes: one departure less on Sunday": (
        "All departures are on the quay and on fjordvik.example/ferry.",
        {
            "nb": (
                "Ferja Fjordvik–Nes: én avgang mindre på søndag",
                "Ferja klokka 14.30 går ikke. Neste avgang er **16.10**.",
                "Alle avganger står på kaia og på fjordvik.example/ferje.",
                "En hvit ferje krysser fjorden ved soloppgang, med tre åsrygger bak.",
            ),
            "sv": (
                "Färjan Fjordvik–Nes: en avgång mindre på söndag",
                "Färjan klockan 14.30 går inte. Nästa avgång är **16.10**.",
                "Alla avgångar står på kajen och på fjordvik.example/ferry.",
                "En vit färja korsar fjorden vid soluppgången, med tre höjder bakom.",
            ),
        },
    ),
    "Lantern walk along the river": (
        "",
        {
            "nb": (
                "Lyktevandring langs elva",
                "Ta med lykt eller lån en på biblioteket. Vi går når det mørkner; gratis for alle.",
                "",
                "Folk går langs elva om natta, hver med en tent lykt; hus og måne bak dem.",
            ),
            "sv": (
                "Lyktvandring längs ån",
                "Ta med en lykta eller låna en på biblioteket. Vi går när det skymmer; gratis för alla.",
                "",
                "Människor går längs ån på natten, var och en med en tänd lykta; hus och måne bakom dem.",
            ),
        },
    ),
    "Places in nurseries: apply by 1 March": (
        "",
        {
            "nb": (
                "Barnehageplass: søk innen 1. mars",
                "Ett skjema for alle de elleve barnehagene. Du hører fra oss innen seks uker.",
                "",
                "",
            ),
            "sv": (
                "Plats i förskolan: sök senast 1 mars",
                "En blankett för alla elva förskolor. Du hör från oss inom sex veckor.",
                "",
                "",
            ),
        },
    ),
    "Planning day on Friday: schools are closed": (
        "",
        {
            "nb": (
                "Planleggingsdag fredag: skolene er stengt",
                "SFO er åpen fra 7.30 for dem som har meldt seg på.",
                "",
                "",
            )
        },
    ),
    "Budget hearing: what you can still change": (
        "",
        {
            "nb": (
                "Budsjetthøring: dette kan du ennå påvirke",
                "Forslaget ligger ute til slutten av måneden. Si hva du mener.",
                "",
                "",
            )
        },
    ),
}


def words_of(title: str, pictures: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    """What goes with the post of this title: its first comment and translations, as drafting takes them."""
    comment, languages = POSTS.get(title, ("", {}))
    return {
        "first_comment": comment,
        "translations": {
            code: {"title": named, "text": text, "first_comment": said, "alts": _alts(alt, pictures)}
            for code, (named, text, said, alt) in languages.items()
        },
    }


def _alts(alt: str, pictures: Sequence[Mapping[str, int]]) -> dict[str, str]:
    return {str(one["media"]): alt for one in pictures[:1] if alt}

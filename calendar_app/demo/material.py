"""What the demo organisation says. Names and places are made up."""

from __future__ import annotations

from dataclasses import dataclass

TEAM = "Fjordvik communications"
SITE = "Fjordvik municipality"
OWNER = ("kari@fjordvik.example", "Kari Lunde")
OTHERS = (
    ("amir@fjordvik.example", "Amir Haddad", "editor"),
    ("siri@fjordvik.example", "Siri Moen", "author"),
)
ZONE = "Europe/Oslo"


@dataclass(frozen=True)
class DemoStream:
    handle: str
    name: str
    hue: str
    description: str
    cadence: str
    guidelines: str
    titles: tuple[tuple[str, str], ...]
    public_schedule: str = "titles"
    visibility: str = "public"
    # Why it pauses soon; empty where it does not.
    pause: str = ""


STREAMS = (
    DemoStream(
        "traffic", "Roads and ferries", "coral",
        "Closed roads, detours, ferry times. Only what changes your way today or this week.",
        "every weekday at 07:00",
        "Say where, from when to when, and the way round. No “we apologise for the inconvenience”.",
        (
            ("Storgata closed at the bridge until Thursday", "Water pipes are being replaced. Take **Kirkeveien** instead; buses 4 and 7 stop at the library."),
            ("Ferry Fjordvik–Nes: one departure less on Sunday", "The 14:30 ferry does not sail. The next one leaves at **16:10**."),
            ("Night work on the tunnel road", "Between 22:00 and 05:00 one lane is open. Expect to wait five minutes."),
            ("Winter tyres: what the road crew sees", "Black ice was found on the hill at Åsen two mornings in a row. Sand has been spread."),
            ("Cycle path by the river is open again", "The storm's trees are cleared away. Mind the wet leaves at the mill."),
            ("Bus 7 takes another way this week", "It goes by the school instead of the square; the stop at the bank is closed."),
            ("Gritting: which streets come first", "Hills, hospital and school ways before six, the rest by nine."),
            ("Parking at the harbour is free on Saturday", "The market needs the lower square, so the upper one costs nothing from 08:00 to 18:00."),
        ),
    ),
    DemoStream(
        "schools", "Schools and nurseries", "tide",
        "Dates, closures and news for parents of children from one to sixteen.",
        "weekly on Tue at 09:00",
        "Write to parents, not about pupils. No child is named or shown without written consent.",
        (
            ("Places in nurseries: apply by 1 March", "One form for all eleven nurseries. You hear from us within six weeks."),
            ("Planning day on Friday: schools are closed", "The after-school club is open from 07:30 for those who have signed up."),
            ("After-school club: sign up for the winter break", "Five days of ski, glue and pancakes. Forty places, first come, first served."),
            ("New menu in the school canteens", "Two warm meals a week, one of them without meat. Pupils chose the dishes."),
            ("Swimming lessons move to the new pool", "Classes 3 and 4 go by bus; it leaves ten minutes earlier than before."),
        ),
    ),
    DemoStream(
        "culture", "Culture and events", "plum",
        "Concerts, exhibitions, the library and the cinema, with dates for your calendar.",
        "weekly on Mon and Thu at 12:00",
        "Name the artist, the price and whether the room can be reached with a wheelchair.",
        (
            ("Lantern walk along the river", "Bring a lantern or borrow one at the library. We start at dusk; free for all."),
            ("Author's evening: letters from the lighthouse", "Ingrid Aas reads from her new book. Coffee from 18:30."),
            ("The town band plays in the church", "An hour of film music. Tickets at the door, children free."),
            ("Open studios in the old cannery", "Fourteen artists open their doors from 11 to 16."),
            ("Repair café in the library", "Bring what is broken; five volunteers help you mend it."),
        ),
    ),
    DemoStream(
        "council", "Council and decisions", "iris",
        "What was decided, what comes next, and how you can have your say.",
        "monthly on the first Wednesday at 15:00",
        "One decision, one post: what, why, when it takes effect, who can be asked.",
        (
            ("Budget hearing: what you can still change", "The draft is out for comment until the end of the month."),
            ("The council chose the plan for the harbour", "A promenade for walkers, forty flats, and the old crane stays."),
            ("Question hour: ask the mayor", "Send your question by Monday; all are answered in writing."),
        ),
    ),
    DemoStream(
        "work", "Working with us", "pine",
        "Open positions and summer jobs in the municipality.",
        "weekly on Wed at 10:00",
        "Pay, hours and last day to apply belong in the first three lines.",
        (
            ("Nurse in home care, 80–100 %", "Day and evening shifts, own car not needed. Apply by the 15th."),
            ("Summer jobs for those born 2009 and 2010", "Forty places: parks, nurseries, museum. Three weeks, paid by the hour."),
            ("Teacher of music and mathematics", "Fjordvik upper school, from January."),
        ),
        public_schedule="times",
        pause="The office is on holiday.",
    ),
    DemoStream(
        "inside", "For staff", "amber",
        "Notes for the people who work here.",
        "weekly on Fri at 11:00",
        "Plain and short. What is confidential does not belong here either.",
        (("New phones arrive on Monday", "Come to room 214 with your old one; it takes ten minutes."),),
        public_schedule="nothing",
        visibility="internal",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class DemoPicture:
    """`drawing` names it in drawing.py; it is shown in the posts with these titles. `licensed`: how many days."""

    drawing: str
    alt: str
    credit: str
    titles: tuple[str, ...]
    licensed: int = 0


PICTURES = (
    DemoPicture(
        "ferry", "A white ferry crosses the fjord at sunrise, with three ranges of hills behind it.", "Drawing: Fjordvik municipality",
        ("Ferry Fjordvik–Nes: one departure less on Sunday", "Ferry on time again"),
    ),
    DemoPicture(
        "lanterns", "People walk along the river at night, each with a lit lantern; houses and the moon behind them.", "Drawing: Ingrid Aas",
        ("Lantern walk along the river",), licensed=180,
    ),
    DemoPicture(
        "harbour", "The harbour, drawn: five coloured houses, a promenade with trees and walkers, and the old red crane.", "Drawing: Fjordvik municipality",
        ("Parking at the harbour is free on Saturday", "The council chose the plan for the harbour"),
    ),
)  # fmt: skip

VISIBLE = (
    ("Ferry on time again", "The 14:30 sails as planned. This post went out by itself a moment ago."),
    ("Storgata is open", "Work ended early. This post went out by itself a moment ago."),
    ("Tunnel lane open", "Both lanes are free. This post went out by itself a moment ago."),
)

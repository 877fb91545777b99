"""Sites: where they are and who owns them (``places.csv``)."""

from __future__ import annotations

from facts import assume, table
from rows import Row, row, switched

GEOGRAPHY = "general geography; owners as published by the companies"
OFF_SITES = {
    "Round Top": "Round Top",
    "Bear Lodge": "Bear Lodge",
    "Bokan Mountain": "Bokan Mountain",
    "Sheep Creek": "Sheep Creek",
    "Nechalacho": "",
    "Browns Range": "Browns Range",
    "Carina": "Carina",
    "Vinton": "Carina",
    "Northlake": "Northlake",
    "Blacksburg": "Blacksburg",
    "Riga": "Russian transit",
}
"""Sites of routes that are switched off; Nechalacho also names the origin of SRC's ore."""


def sites() -> list[Row]:
    """The Sites sheet."""
    rows = []
    for place in table("places"):
        cells = row(
            assume(0),
            site=place["site"],
            kind=place["kind"],
            country=place["country"],
            owner=place["owner"] or None,
            owner_country=place["owner country"] or None,
            latitude=float(place["latitude"]),
            longitude=float(place["longitude"]),
            segregates="yes" if place["kind"] == "plant" else None,
            route=OFF_SITES.get(place["site"], ""),
            notes=place["notes"],
        )
        cells |= {"source": GEOGRAPHY, "confidence": "medium"}
        rows.append(switched(cells, OFF_SITES.get(place["site"], "")))
    return rows

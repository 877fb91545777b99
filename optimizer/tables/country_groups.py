"""Groups of countries, and set operations on lists of countries, groups and exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from optimizer.tables.sheets import Country
from optimizer.tables.text_matching import fold


class CountryGroup(NamedTuple):
    """A predefined group of countries."""

    members: tuple[str, ...]
    source: str
    """Legal source of the membership, with its date."""
    aliases: tuple[str, ...] = ()
    """Other names of the group."""


COUNTRY_GROUPS: Final = {
    "covered": CountryGroup(
        ("China", "Iran", "North Korea", "Russia"),
        "10 U.S.C. 4872 and DFARS 225.7018-1, covered country, as of 2024-05-30",
        ("covered country", "covered countries", "covered nation", "covered nations"),
    ),
    "qualifying": CountryGroup(
        (
            *(
                "Australia",
                "Austria",
                "Belgium",
                "Canada",
                "Czechia",
                "Denmark",
                "Egypt",
                "Estonia",
            ),
            *("Finland", "France", "Germany", "Greece", "Israel", "Italy", "Japan", "Latvia"),
            *("Lithuania", "Luxembourg", "Netherlands", "Norway", "Poland", "Portugal", "Slovenia"),
            *("Spain", "Sweden", "Switzerland", "Türkiye", "United Kingdom"),
        ),
        "DFARS 225.003 and 252.225-7002, qualifying country, with Lithuania as added in 2022",
        ("qualifying country", "qualifying countries"),
    ),
    "EU": CountryGroup(
        (
            *(
                "Austria",
                "Belgium",
                "Bulgaria",
                "Croatia",
                "Cyprus",
                "Czechia",
                "Denmark",
                "Estonia",
            ),
            *("Finland", "France", "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia"),
            *("Lithuania", "Luxembourg", "Malta", "Netherlands", "Poland", "Portugal", "Romania"),
            *("Slovakia", "Slovenia", "Spain", "Sweden"),
        ),
        "Treaty on European Union, article 52, without the United Kingdom from 2020-02-01",
        ("European Union", "E.U."),
    ),
    "USMCA": CountryGroup(
        ("Canada", "Mexico", "United States"),
        "Agreement between the United States, Mexico and Canada, in force from 2020-07-01",
        ("CUSMA", "T-MEC"),
    ),
    "G7": CountryGroup(
        (*("Canada", "France", "Germany", "Italy", "Japan", "United Kingdom", "United States"),),
        "Members of the Group of Seven since 2014-03-24",
        ("G-7", "Group of Seven"),
    ),
}
"""Predefined groups by name; the sheet Countries may add members and groups."""

NEGATION_PREFIX: Final = "not "
"""Prefix of a country or group that a list excludes."""


def country_list_entries(listing: str | Iterable[str]) -> tuple[str, ...]:
    """Entries of a list of countries; a text is split at commas and semicolons."""
    if isinstance(listing, str):
        listing = listing.replace(";", ",").split(",")
    return tuple(word.strip() for word in listing if word.strip())


IncludedExcluded = tuple[frozenset[str] | None, frozenset[str]]
"""Countries that a list includes (None: every country), and those that it excludes."""


class CountrySets:
    """Set operations on lists of countries, groups and exceptions, such as ``EU, not Germany``.

    ``rows`` of the sheet Countries extend the predefined groups.
    """

    def __init__(self, rows: Iterable[Country]) -> None:
        self.groups: dict[str, tuple[str, tuple[str, ...]]] = {
            fold(name): (name, group.members) for name, group in COUNTRY_GROUPS.items()
        }
        """Name and members of each group by fold of its name."""
        for row in rows:
            for name in row.groups:
                spelling, members = self.groups.get(fold(name), (name, ()))
                self.groups[fold(name)] = (spelling, tuple(dict.fromkeys((*members, row.country))))
        self._sets: dict[object, IncludedExcluded] = {}

    def contains(self, listing: str | tuple[str, ...], country: str) -> bool:
        """True if a list holds a country; a blank list and ``*`` hold every country.

        ``EU, not Germany`` holds the members of the EU without Germany, ``not China`` every
        country but China.
        """
        included, excluded = self.names(listing)
        return (included is None or country in included) and country not in excluded

    def names(self, listing: str | tuple[str, ...]) -> IncludedExcluded:
        """Countries that a list includes (None: every country), and those that it excludes."""
        if listing not in self._sets:
            self._sets[listing] = self._parse(country_list_entries(listing))
        return self._sets[listing]

    def overlap(self, first: str, second: str) -> bool:
        """True if the intersection of two lists is not empty."""
        included, excluded = self._intersection(first, second)
        return included is None or bool(included - excluded)

    def is_subset(self, first: str, second: str) -> bool:
        """True if the first list is a subset of the second."""
        return self.overlap_within(first, first, second)

    def overlap_within(self, first: str, second: str, third: str) -> bool:
        """True if the intersection of two lists is a subset of the third."""
        included, excluded = self._intersection(first, second)
        if included is None:
            third_included, third_excluded = self.names(third)
            return third_included is None and third_excluded <= excluded
        return all(self.contains(third, country) for country in included - excluded)

    def _intersection(self, first: str, second: str) -> IncludedExcluded:
        """The intersection of two lists, as :meth:`names` returns it."""
        named = [self.names(first), self.names(second)]
        included = [countries for countries, _ in named if countries is not None]
        excluded = frozenset().union(*(countries for _, countries in named))
        return frozenset.intersection(*included) if included else None, excluded

    def size(self, listing: str | tuple[str, ...]) -> int:
        """Number of countries in a list, for comparisons.

        A list that includes every country counts 1000, more than any list of names can have.
        """
        included, excluded = self.names(listing)
        return 1000 - len(excluded) if included is None else len(included - excluded)

    def _parse(self, parts: tuple[str, ...]) -> IncludedExcluded:
        named = [word for word in parts if not word.startswith(NEGATION_PREFIX)]
        excluded = [
            word.removeprefix(NEGATION_PREFIX) for word in parts if word.startswith(NEGATION_PREFIX)
        ]
        included = None if not named or "*" in named else self._members(named)
        return included, self._members(excluded)

    def _members(self, names: Iterable[str]) -> frozenset[str]:
        members: set[str] = set()
        for word in names:
            members.update(self.groups.get(fold(word), ("", (word,)))[1])
        return frozenset(members)

"""Lists of countries: names, groups, and exclusions.

The contract: a list contains the countries and members of groups that it names, or every country
if it names none, but never one that follows ``not``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from optimizer.tables.case import Case
from optimizer.tables.country_groups import COUNTRY_GROUPS
from optimizer.tables.text_matching import fold


class CountryLists(Struct, frozen=True, dict=True):
    """Membership of countries in the lists of one case."""

    case: Case

    @cached_property
    def _members(self) -> dict[str, set[str]]:
        members = {
            fold(name): set(map(fold, group.members)) for name, group in COUNTRY_GROUPS.items()
        }
        for row in self.case.countries:
            for group in row.groups:
                members.setdefault(fold(group), set()).add(fold(row.country))
        return members

    def _matches(self, word: str, country: str) -> bool:
        folded_country = fold(country)
        return (
            word == "*"
            or fold(word) == folded_country
            or folded_country in self._members.get(fold(word), ())
        )

    @cached_property
    def _known(self) -> dict[tuple[str | Sequence[str], str], bool]:
        return {}

    def contains(self, words: str | Sequence[str], country: str) -> bool:
        """True if a list (a tuple, or a text with commas) contains a country."""
        key = (words if isinstance(words, str) else tuple(words), country)
        if key not in self._known:
            self._known[key] = self._contains(*key)
        return self._known[key]

    def _contains(self, words: str | Sequence[str], country: str) -> bool:
        listed = words.split(",") if isinstance(words, str) else words
        listed = [word.strip() for word in listed if word.strip()]
        if not country:  # Provenance states only a part of an event
            return not listed
        wanted = [word for word in listed if not word.startswith("not ")]
        excluded = [word[4:] for word in listed if word.startswith("not ")]
        if any(self._matches(word, country) for word in excluded):
            return False
        return not wanted or any(self._matches(word, country) for word in wanted)

    def breadth(self, words: str) -> int:
        """Number of countries in a list; of two nested lists the narrower has fewer."""
        listed = [word.strip() for word in words.split(",") if word.strip()]
        named: set[str] = set()
        excluded: set[str] = set()
        for word in listed:
            bare = word.removeprefix("not ")
            members = self._members.get(fold(bare), {fold(bare)})
            (excluded if word != bare else named).update(members)
        if not named or "*" in named:
            return 1000 - len(excluded)
        return len(named - excluded)

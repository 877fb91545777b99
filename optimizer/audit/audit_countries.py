"""Lists of countries as the audit reads them: names, groups, and names that are left out.

The contract: a list holds the countries and members of groups that it names, every country where
it names none, and in either case none that stands behind ``not``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from optimizer.tables.case import Case
from optimizer.tables.country_groups import GROUPS
from optimizer.tables.text_matching import fold


class CountryLists(Struct, frozen=True, dict=True):
    """Membership of countries in the lists of one case."""

    case: Case

    @cached_property
    def _members(self) -> dict[str, set[str]]:
        found = {fold(name): set(map(fold, group.members)) for name, group in GROUPS.items()}
        for row in self.case.countries:
            for group in row.groups:
                found.setdefault(fold(group), set()).add(fold(row.country))
        return found

    def _is(self, word: str, country: str) -> bool:
        own = fold(country)
        return word == "*" or fold(word) == own or own in self._members.get(fold(word), ())

    @cached_property
    def _known(self) -> dict[tuple[str | Sequence[str], str], bool]:
        return {}

    def contains(self, words: str | Sequence[str], country: str) -> bool:
        """True if a list (a tuple, or a text with commas) holds a country."""
        key = (words if isinstance(words, str) else tuple(words), country)
        if key not in self._known:
            self._known[key] = self._contains(*key)
        return self._known[key]

    def _contains(self, words: str | Sequence[str], country: str) -> bool:
        own = words.split(",") if isinstance(words, str) else words
        own = [word.strip() for word in own if word.strip()]
        if not country:  # a row that tells a part of an event alone
            return not own
        wanted = [word for word in own if not word.startswith("not ")]
        barred = [word[4:] for word in own if word.startswith("not ")]
        if any(self._is(word, country) for word in barred):
            return False
        return not wanted or any(self._is(word, country) for word in wanted)

    def breadth(self, words: str) -> int:
        """Number of countries in a list; of two nested lists the narrower has fewer."""
        own = [word.strip() for word in words.split(",") if word.strip()]
        named: set[str] = set()
        barred: set[str] = set()
        for word in own:
            bare = word.removeprefix("not ")
            members = self._members.get(fold(bare), {fold(bare)})
            (barred if word != bare else named).update(members)
        if not named or "*" in named:
            return 1000 - len(barred)
        return len(named - barred)

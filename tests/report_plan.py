"""A made-up plan that adds up, for the tests of the results workbook.

Five offers, five units and five demand lines, quarter by quarter; a tenth of what car
makers want is short in the first year. What is delivered is mined in Australia (60 %) and
China, what the outlet takes in Australia alone; all of it is produced in Germany.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import openpyxl

from optimizer.report import Summary
from optimizer.result import result_layouts as t

QUARTERS = tuple(f"{year}-Q{quarter}" for year in (2027, 2028, 2029) for quarter in (1, 2, 3, 4))
OFFERS = (
    ("Mountain Pass tier 1", "Mountain Pass", "United States", "bastnaesite concentrate", 9_800.0),
    ("Mt Weld spot", "Mt Weld", "Australia", "monazite concentrate", 11_250.0),
    ("Baotou spot", "Baotou", "China", "NdPr oxide", 61_000.0),
    ("Serra Verde offtake", "Serra Verde", "Brazil", "ionic clay concentrate", 14_100.0),
    ("Lynas Dy oxide", "Kuantan", "Malaysia", "Dy oxide", 310_000.0),
)
LINES = (
    ("EV traction EU", "Stuttgart", "N42SH magnet", "automotive", 160.0, 250_000.0),
    ("EV traction US", "Detroit", "N42SH magnet", "automotive", 220.0, 250_000.0),
    ("Actuators", "Fort Worth", "N38UH magnet", "defense", 24.0, 900_000.0),
    ("Offshore wind", "Cuxhaven", "N45H magnet", "wind", 95.0, 140_000.0),
    ("Lanthanum outlet", "Houston", "La oxide", "by-product", 60.0, 0.0),
)
UNITS = (
    ("Kuantan", "separation"),
    ("Fort Worth", "alloying"),
    ("Fort Worth", "sintering"),
    ("Narva", "sintering"),
    ("Saskatoon", "metal making"),
)


_EMPTY = {"text": "", "date": None}


class Plan:
    """Rows of the result tables, period by period."""

    def __init__(self, periods=QUARTERS, lines=LINES, offers=OFFERS):
        self.periods, self.rows, self.wanted = tuple(periods), defaultdict(list), []
        for n, period in enumerate(self.periods):
            self.n, self.period = n, period
            self._buy(offers)
            self._make()
            self._deliver(lines)
        self._pay("capital", 42e6, site="Narva", item="second sintering line")
        self._pay("closing value", -6.5e6, site="Narva", item="second sintering line")
        first = {"period": self.periods[0]}
        for thing, bound, worth in (("Narva", 250.0, 18_400.0), ("Kuantan", 300.0, 40_000.0)):
            price = {"bound": bound, "worth": worth, "worth today": worth, "unit": "use"}
            self._add("Scarcity", kind="capacity", thing=thing, **price, **first)
        self._add("Scarcity", kind="demand", thing="EV", bound=1e6, worth_today=1e6, **first)
        self._add("Break-even", kind="offer", thing="Donald", price=9e4, cheaper_by=1.2e4, **first)
        self._add("Run", item="status", value="optimal")
        self._add("Run", item="gap", value="0")

    def _add(self, table, **values):
        """A row by its headers, with ``_`` for a blank; what is not given is empty."""
        row = {"period": self.period} | {k.replace("_", " "): v for k, v in values.items()}
        fields = t.RESULT_LAYOUTS[table].fields
        self.rows[table].append(tuple(row.get(f.header, _EMPTY.get(f.kind, 0.0)) for f in fields))

    def _pay(self, category, amount, **where):
        today, year = amount * 0.97 ** (self.n / 4), self.period[:4]
        self._add("Costs", category=category, year=year, amount=amount, discounted=today, **where)

    def _buy(self, offers):
        first = date(int(self.period[:4]), 1 + self.n % 4 * 3, 1)
        for i, (offer, site, country, material, price) in enumerate(offers):
            tonnes = 40.0 / (i + 1) * (1 + self.n / 10) + i / 3
            at, to = {"site": site, "material": material}, UNITS[i % len(UNITS)][0]
            bought = {"tonnes": tonnes, "price": price, "cost": tonnes * price}
            self._add("Purchases", offer=offer, country=country, order_by=first, **at, **bought)
            leg = {"from site": site, "to site": to, "material": material, "tonnes": tonnes}
            self._add("Shipments", freight=tonnes * 210, duty=tonnes * 95, **leg)
            self._add("Stock", site=to, material=material, tonnes=tonnes / 4, holding=tonnes * 3)
            self._add("Balance", site=to, material=material, arrived=tonnes, used=tonnes)
            self._pay("purchases", tonnes * price, item=offer, **at)
            self._pay("freight", tonnes * 210, item=f"{site} > {to}", **at)
            self._pay("duty", tonnes * 95, item=f"{site} > {to}", **at)

    def _make(self):
        for i, (site, unit) in enumerate(UNITS):
            capacity = 250.0 + 40 * i
            used = capacity * min(1.0, 0.55 + 0.04 * self.n + 0.03 * i)
            load = {"used": used, "capacity": capacity, "utilisation": used / capacity}
            self._add("Utilisation", site=site, unit=unit, **load)
            self._add("Production", site=site, recipe=unit, activity=used, cost=used * 900)
            self._pay("conversion", used * 900, site=site, item=unit)

    def _deliver(self, lines):
        for line, customer, material, segment, quantity, penalty in lines:
            want = quantity / 4 * (1 + self.n / 20)
            short = want / 10 if self.n < 4 and segment == "automotive" else 0.0
            who = {"line": line, "customer": customer, "material": material, "segment": segment}
            self.wanted.append((line, segment, self.period, want, penalty))
            revenue = (want - short) * 900
            self._trace(who, want - short, 1.0 if segment == "by-product" else 0.6)
            self._add("Deliveries", tonnes=want - short, revenue=revenue, **who)
            self._pay("revenue", -revenue, site=customer, item=line, material=material)
            if short:
                missing = {"wanted": want, "short": short, "share short": short / want}
                self._add("Shortages", penalty=short * penalty, **missing, **who)
                self._pay("shortage", short * penalty, site=customer, item=line)
            if segment in ("defense", "automotive"):
                self._check("DFARS" if segment == "defense" else "CRMA 65 %", who, want)

    def _trace(self, who, tonnes, australian):
        """What is mined in Australia and China, and all produced in Germany."""
        for stage, country, share in (
            ("mined", "Australia", australian),
            ("mined", "China", 1 - australian),
            ("produced", "Germany", 1.0),
        ):
            every = {"stage": stage, "input": "all", "by": "country", "name": country, **who}
            self._add("Provenance", country=country, share=share, tonnes=share * tonnes, **every)
            # A site and an input of their own: rows that no sum by country may count.
            every |= {"by": "site", "name": f"Site in {country}"}
            self._add("Provenance", country=country, share=share, tonnes=share * tonnes, **every)
            every |= {"by": "country", "input": "Dy", "name": country}
            self._add("Provenance", country=country, share=share, tonnes=share * tonnes, **every)

    def _check(self, rule, who, delivered):
        found, allowed = (0.0, 0.0) if rule == "DFARS" else (0.4, 0.65)
        of = {"delivered": delivered, "breaking": delivered * found, "verdict": "kept"}
        shares = {"share found": found, "share allowed": allowed}
        self._add("Compliance", rule=rule, window=self.period, **of, **shares, **who)

    def tables(self):
        return {
            name: t.table(layout, self.rows.get(name, []))
            for name, layout in t.RESULT_LAYOUTS.items()
        }

    def summary(self, **changes):
        known = {
            "case": "Reference case: magnets without tainted oxide",
            "status": "optimal",
            "objective": sum(self.tables()["Costs"]["discounted"]),
            "currency": "USD",
            "periods": self.periods,
            "years": tuple(period[:4] for period in self.periods),
            "input_name": "reference.xlsx",
            "audit": "Audit passed: 14 checks, 2,310 comparisons",
            "audit_passed": True,
            "alerts": ("Serra Verde offtake is not firm; it is planned as firm (Supply!A12)",),
            "lawful": "yes",
            "made": "2026-11-21 19:40",
            "input_path": "../my case #1.xlsx",
            "wanted": tuple(self.wanted),
        }
        return Summary(**known | changes)


def plan(*args, **changes):
    made = Plan(*args)
    return made.summary(**changes), made.tables()


def find(sheet, text):
    """Row and column of the cell with a text, counted from 1."""
    return next((c.row, c.column) for row in sheet.iter_rows() for c in row if c.value == text)


def line(sheet, block, label):
    """Values of a line of a block of the Summary, without its label."""
    top, column = find(sheet, block)
    row = next(r for r in range(top + 1, top + 30) if sheet.cell(r, column).value == label)
    values = []
    while (value := sheet.cell(row, column + 1 + len(values)).value) is not None:
        values.append(value)
    return values


def both(path):
    """Each formula of a workbook with the value that is written with it."""
    asked, given = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    for sheet in asked:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, given[sheet.title][cell.coordinate].value

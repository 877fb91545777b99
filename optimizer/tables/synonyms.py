"""Synonyms that planners use for the columns and sheets of the workbook.

They only make hints: an unknown header or sheet stays an error, and its message says which name
to write.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from optimizer.tables.text_matching import closest_name, did_you_mean, difference_hint, fold, quoted

SYNONYM_SIMILARITY: Final = 0.8
"""Lowest difflib ratio at which an unknown header or sheet is taken for a known one.

Chosen so that a word with one wrong letter is recognised, and another word of the trade is not.
"""

HEADER_SYNONYMS: Final = {
    "maximum": (
        "max, max., maximal, cap, limit, ceiling, upper bound, maximum quantity, "
        "max quantity, available, availability per year, höchstmenge, plafond, máximo, "
        "massimo, 最大, 最大値, максимум"
    ),
    "minimum": (
        "min, min., minimal, floor, lower bound, minimum quantity, min quantity, "
        "mindestmenge, mínimo, minimo, 最小, 最小値, минимум"
    ),
    "quantity": (
        "qty, qty., amount, volume, tonnage, tonnes, tons, t, demand, menge, quantité, "
        "cantidad, quantità, 数量, количество"
    ),
    "price": "unit price, cost per tonne, preis, prix, precio, prezzo, 价格, 価格, цена",
    "cost": (
        "costs, unit cost, rate, freight, kosten, coût, costo, coste, 成本, 费用, コスト, стоимость"
    ),
    "capacity": (
        "cap, nameplate, nameplate capacity, name plate, kapazität, capacité, capacidad, "
        "capacità, 产能, 能力, мощность"
    ),
    "country": (
        "nation, origin, country of origin, location, land, pays, país, paese, 国家, 国, страна"
    ),
    "owner country": "country of owner, owner's country, parent country, owner nationality",
    "owner": (
        "parent, parent company, company, proprietor, eigentümer, propriétaire, "
        "propietario, 所有者, владелец"
    ),
    "site": (
        "plant, location, place, facility, supplier, vendor, standort, lieferant, usine, "
        "sitio, planta, 工厂, 场地, サイト, завод"
    ),
    "customer": "buyer, client, ship to, destination, kunde, cliente, 客户, 顧客, клиент",
    "material": (
        "product, item, commodity, good, article, materials, produkt, matériau, matière, "
        "materiale, 材料, 物料, материал"
    ),
    "history": (
        "origin, provenance, chain of custody, lineage, herkunft, origine, procedencia, "
        "来源, 履歴, происхождение"
    ),
    "segment": "market, customer segment, program, programme, sector, segmento, 细分, сегмент",
    "segments": "segment, market, sector, binds",
    "stage": "step, process step, stufe, étape, etapa, fase, 阶段, 工程, стадия",
    "rule": "policy, regulation, constraint, regel, règle, regla, regola, 规则, 規則, правило",
    "maximum share": "share, max share, maximum percentage, allowed share, tolerance, max %",
    "from site": "from, origin, source, ship from, start, von, de, desde, 出发地",
    "to site": "to, destination, ship to, end, nach, à, hacia, 目的地",
    "from": (
        "start, start date, valid from, begin, date from, effective, ab, gültig ab, dès, "
        "desde, 开始, с"
    ),
    "to": (
        "end, end date, valid to, until, expiry, date to, bis, gültig bis, jusqu'au, "
        "hasta, 结束, по"
    ),
    "lead days": "lead time, leadtime, transit days, transit time, days, lieferzeit, délai, 交货期",
    "shortage penalty": (
        "penalty, shortage cost, backorder cost, fine, strafe, pénalité, penalización"
    ),
    "share": "content, assay, fraction, percentage, %, gehalt, anteil, teneur",
    "recovery": "yield, recovery rate, ausbeute, rendement, recuperación",
    "ad valorem": (
        "duty, duty rate, tariff, tariff rate, rate, zoll, zollsatz, droit de douane, arancel, 关税"
    ),
    "customs value": (
        "value, dutiable value, declared value, transaction value, zollwert, valeur en douane, "
        "valor en aduana, 完税价格, 課税価格"
    ),
    "origin country": "origin, from country, country of origin, from",
    "destination country": "destination, to country, importing country, to",
    "opening": "opening stock, initial stock, stock, inventory, on hand, anfangsbestand",
    "closing": "closing stock, final stock, target stock, endbestand",
    "active": "enabled, on, in use, aktiv, actif, activo, 有效",
    "traced": "traceable, tracked, tracked provenance",
    "contract quantity": "contract, contracted, contract volume, contracted quantity",
    "take or pay": "top, take-or-pay share",
    "availability": "uptime, utilisation, utilization, verfügbarkeit, disponibilité",
    "minimum load": "min load, turndown, mindestlast",
    "fixed cost": "fixed costs, fixkosten, opex",
    "capital cost": "capex, investment, investition",
    "added capacity": "capacity, new capacity, extra capacity",
    "arrives": "yield, loss, arrival share",
    "line": "demand line, order line, name, zeile",
    "offer": "supplier, name, offer name, source, angebot, offre, oferta",
    "arrival": "eta, arrival date, due date, ankunft",
    "value": "customs value, unit value, wert, valeur, valor",
    "kind": "type, site type, art",
    "direction": "in/out, in or out, io",
    "probability": "likelihood, chance, wahrscheinlichkeit",
    "window": "period, time window",
    "dated by": "date basis, dates by",
}
"""Synonyms of each header, separated by commas; several headers may share one."""

SHEET_SYNONYMS: Final = {
    "Settings": "setup, parameters, general, config, einstellungen, paramètres",
    "Sites": "locations, places, plants, facilities, nodes, standorte",
    "Materials": "products, items, commodities, goods, materialien",
    "Supply": "offers, suppliers, sources, sourcing, vendors, purchases, angebot, lieferanten",
    "Lanes": "transport, routes, shipping, freight, logistics, arcs, transporte",
    "Tariffs": "duties, duty, customs, zölle",
    "Stocks": "stock, inventory, inventories, storage, lager",
    "Pipeline": "orders, open orders, in transit, bestellungen",
    "Demand": "demands, customers, requirements, sales, bedarf, nachfrage",
    "Rules": (
        "rule, policies, policy, provenance rules, compliance rules, regulations, "
        "constraints, regeln, règles, reglas"
    ),
    "Rule scope": "scope, scopes, rules scope, rule scopes, rulescope, bans, banned",
    "Limits": "limit, caps, bounds",
    "Units": "unit, capacities, capacity, equipment",
    "Options": "investments, projects, expansions",
    "Countries": "country, aliases, country groups",
}
"""Synonyms of each sheet, separated by commas."""

_UNIT_SUFFIX = re.compile(r"\s*(?:[(\[{].*[)\]}]|/.*|\b(?:in|per|p\.?a\.?)\b.*)$")
_PUNCTUATION = re.compile(r"[\s_.,:;#*?!-]+")


def _plain(text: str) -> str:
    """A folded header without unit and punctuation: ``Capacity (t/yr)`` becomes ``capacity``.

    >>> _plain("Price [USD/kg]"), _plain("lead_days")
    ('price', 'lead days')
    """
    folded = fold(text)
    return _PUNCTUATION.sub(" ", _UNIT_SUFFIX.sub("", folded) or folded).strip()


_TRAILING_UNITS = re.compile(
    r"\s+(?:usd|eur|gbp|cny|jpy|cad|t|kg|kt|mt|tonnes?|tons?|tpa|yr|year|month|days?|d|%|\$|€|£)+$"
)


def guess_header(text: str, candidates: Collection[str]) -> str:
    """The candidate that an unknown header probably means; empty if there is none.

    >>> guess_header("max", ["minimum", "maximum"]), guess_header("capacity t/yr", ["capacity"])
    ('maximum', 'capacity')
    >>> guess_header("uint", ["unit", "use"])
    'unit'
    """
    plain = _plain(text)
    forms = [plain]
    while _TRAILING_UNITS.search(forms[-1]):
        forms.append(_TRAILING_UNITS.sub("", forms[-1]))
    by_plain = {_plain(header): header for header in candidates}
    for form in forms:
        if form in by_plain:
            return by_plain[form]
    anagrams = (name for name in by_plain if sorted(name) == sorted(plain))
    name = closest_name(plain, list(by_plain), SYNONYM_SIMILARITY) or next(anagrams, "")
    if name:
        return by_plain[name]
    for header in candidates:
        words = {_plain(word) for word in HEADER_SYNONYMS.get(header, "").split(",")}
        if words & set(filter(None, forms)):
            return header
    return ""


def guess_sheet(text: str, candidates: Collection[str]) -> str:
    """The candidate that the name of an unknown sheet probably means; empty if there is none.

    >>> guess_sheet("Transport", ["Sites", "Lanes"])
    'Lanes'
    """
    plain = _plain(text)
    by_plain = {_plain(name): name for name in candidates}
    if plain in by_plain:
        return by_plain[plain]
    for name in candidates:
        if plain in {_plain(word) for word in SHEET_SYNONYMS.get(name, "").split(",")}:
            return name
    name = closest_name(plain, list(by_plain), SYNONYM_SIMILARITY)
    return by_plain[name] if name else ""


def header_hint(text: str, headers: Collection[str]) -> str:
    """The hint for a word that is no column of a sheet; empty if it resembles none.

    >>> header_hint("dutiable value", ["ad valorem", "customs value"])
    "did you mean 'customs value'?"
    """
    return _hint(text, guess_header(text, headers), headers)


def sheet_hint(text: str, sheets: Collection[str]) -> str:
    """The hint for a word that is no sheet; empty if it resembles none.

    >>> sheet_hint("duties", ["Sites", "Tariffs"])
    "did you mean 'Tariffs'?"
    """
    return _hint(text, guess_sheet(text, sheets), sheets)


def _hint(text: str, guess: str, candidates: Collection[str]) -> str:
    if not guess:
        return did_you_mean(text, candidates)
    return f"did you mean {quoted(guess)}?{difference_hint(text, guess)}"

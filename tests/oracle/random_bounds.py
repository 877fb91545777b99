"""The sheets of a random workbook that bound or tax: rules, tariffs, limits, what is off."""

import datetime as dt

MEASURES = {
    "bought": ("site", "country", "material", "offer"),
    "made": ("site", "country", "recipe", "material"),
    "used": ("site", "country", "recipe", "material"),
    "produced": ("site", "country", "recipe", "material"),
    "shipped": ("site", "to site", "country", "material", "mode"),
    "delivered": ("site", "country", "material", "line"),
    "stock": ("site", "country", "material"),
    "built": ("option", "country"),
    "spent": ("option", "country"),
}


def draw_rules(case):
    """Zero and share rules, phases, dates, processing dates."""
    if not case.has("rules", 0.8):
        return
    rules = ["no China"] + (["second"] if case.has("second rule", 0.45) else [])
    labels = 0
    for rule in rules:
        rows = draw_rule(case, rule, room=3 - labels)
        labels += len(rows) if rows[0]["dated by"] else 1
        draw_scope(case, rule)
        if case.has("clears", 0.15):
            row = case.dice.choice(case.tables["Processes"])
            row["clears"] = rule


def draw_rule(case, rule, room):
    """One or two rows (phases) of a rule; room is how many labels it may take."""
    row = case.add(
        "Rules", rule=rule, segments=case.dice.choice(("defence", "*", "defence, civil"))
    )
    processing = case.has("processing", 0.35)
    row["dated by"] = "processing" if processing else None
    if case.has("share rule", 0.45):
        row["maximum share"] = case.dice.choice((0.2, 0.5, 0.75))
    row["window"] = case.dice.choice((None, "period", "year", "horizon"))
    if case.has("dated rules", 0.5):
        if case.dice.random() < 0.5 and (room > 1 or not processing):
            other = case.split("Rules", row, maximum_share=case.dice.choice((None, 0.1, 0.4)))
            return [row, other]
        before = case.start - dt.timedelta(days=case.dice.choice((0, 1, 100)))
        row["from"] = case.dice.choice((before, case.day_inside(), case.day_inside()))
        if case.dice.random() < 0.2:
            row["to"] = case.month_after(case.horizon + 5)
    elif case.dice.random() < 0.15:
        row["to"] = case.day_inside()
    return [row]


def draw_scope(case, rule):
    """One or two lines of a rule's scope."""
    dice = case.dice
    for i in range(dice.choice((1, 1, 2))):
        row = case.add("Rule scope", rule=rule, line=i + 1)
        kind = dice.choice(
            ("country", "country", "country stage", "owner country", "owner", "site")
        )
        country = "China" if rule == "no China" else dice.choice(case.countries)
        owners = [site["owner"] for site in case.tables["Sites"] if site.get("owner")] + [
            "Outside Ltd"
        ]
        if kind == "owner" and owners:
            row["owner"] = dice.choice(owners)
        elif kind == "site":
            row["site"] = dice.choice(case.mines + case.plants)
        elif kind == "owner country":
            row["owner country"] = country
        else:
            row["country"] = country
            if dice.random() < 0.2:
                row["country"] = f"{country}; {dice.choice(case.countries)}"
        if kind == "country stage":
            row["stage"] = dice.choice(("mined", "separated", "melted", "produced"))


def draw_tariffs(case):
    """One or two measures; the same key may come again after its dates, none meet as equals."""
    if not case.has("tariffs", 0.6):
        return
    for measure in [None] + (["Section 301"] if case.has("second measure", 0.5) else []):
        for _ in range(case.dice.choice((1, 2, 3, 4))):
            route = [
                case.dice.choice([*case.countries, "*"]),
                case.dice.choice([*case.countries, "*"]),
                case.dice.choice([*case.chain, "*", "*"]),
            ]
            columns = dict(
                zip(("origin country", "destination country", "material"), route, strict=False)
            )
            row = {"measure": measure, **columns, "from": None, "to": None}
            if any(meet(row, other) for other in case.tables.get("Tariffs", [])):
                continue
            row["ad valorem"] = case.dice.choice((None, 0.05, 0.25, 1.2))
            row["specific"] = case.dice.choice((None, case.amount(0.1, 5)))
            if "customs value" in case.features and case.duties.random() < 0.3:
                row["customs value"] = case.duties.choice((0, 0.5, 12, 60))
            case.tables.setdefault("Tariffs", []).append(row)
            if case.has("dated tariffs", 0.35):
                if case.dice.random() < 0.5:
                    row["from"] = case.day_inside()
                else:
                    case.split("Tariffs", row, ad_valorem=case.dice.choice((0, 0.1, 0.5)))


def meet(one, other):
    """True if two rows of a measure are equally specific and about a common route."""
    columns = ("origin country", "destination country", "material")
    stars = [sum(row[column] == "*" for column in columns) for row in (one, other)]
    return (
        one["measure"] == other["measure"]
        and stars[0] == stars[1]
        and all(
            one[column] == other[column] or "*" in (one[column], other[column])
            for column in columns
        )
    )


def draw_limits(case):
    """Bounds on sums, mostly upper ones."""
    if "limits" not in case.features:
        return
    dice = case.dice
    values = {
        "site": case.sites,
        "to site": case.plants + case.customers,
        "country": case.countries,
        "material": case.chain,
        "offer": [row["offer"] for row in case.tables["Supply"]],
        "recipe": [recipe for recipe, _ in case.steps],
        "line": [line for line, _, _ in case.lines],
        "mode": ["air"],
        "option": [row["option"] for row in case.tables.get("Options", [])],
    }
    modes = {row["mode"] for row in case.tables.get("Lanes", [])}
    for i in range(dice.choice((1, 2, 3))):
        measure = dice.choice(
            [m for m in MEASURES if values["option"] or m not in ("built", "spent")]
        )
        row = case.add("Limits", limit=f"limit {i + 1}", measure=measure)
        for column in MEASURES[measure]:
            if dice.random() < 0.35 and (column != "mode" or "air" in modes):
                row[column] = dice.choice(values[column])
                if dice.random() < 0.2:
                    row[column] = f"{row[column]}, {dice.choice(values[column])}"
        if measure == "made" and not set((row.get("material") or "ore").split(", ")) <= set(
            case.ores
        ):
            row["material"] = None
        bound_limit(case, row)


def bound_limit(case, row):
    """Tonnes, money or share; window and dates."""
    dice, measure = case.dice, row["measure"]
    # Where lanes go round, the reference ships for a share what nothing has brought.
    round_trips = measure == "shipped" and case.hubs
    if measure not in ("built", "spent") and dice.random() < 0.3 and not round_trips:
        row["as"] = "share"
        row["maximum"] = case.amount(0.1, 0.9)
    else:
        row["as"] = dice.choice((None, "tonnes")) if measure != "spent" else None
        row["maximum"] = case.amount(200, 3000) if measure == "spent" else case.amount(3, 60)
        if measure == "built":
            row["maximum"] = dice.choice((1, 2))
        if measure != "shipped" and dice.random() < 0.1:
            row["minimum"] = row["maximum"] / 10 if measure != "built" else 1
    row["window"] = dice.choice((None, "period", "year", "horizon"))
    if dice.random() < 0.3:
        row["from"] = case.day_inside()


def switch_off(case):
    """Switch off a row or two, and spell a few names oddly."""
    if not case.has("switched off", 0.25):
        return
    sheet = case.dice.choice(("Supply", "Lanes", "Sites", "Tariffs", "Rules", "Demand", "Stocks"))
    rows = case.tables.get(sheet, [])
    if len(rows) > 1:
        case.dice.choice(rows)["active"] = "no"
    for sheet, column in (("Supply", "site"), ("Lanes", "to site"), ("Demand", "material")):
        if sheet not in case.tables:
            continue
        row = case.dice.choice(case.tables[sheet])
        row[column] = "  ".join(f" {row[column].upper()} ".split(" "))

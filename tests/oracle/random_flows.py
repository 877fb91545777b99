"""The sheets of a random workbook about moving: supply, lanes, demand, stocks, pipeline."""

import datetime as dt

LEADS = (10, 30.4375, 45.65625, 100, 20)


def written_history(case, material, probability):
    """A history as text, None for none."""
    if case.dice.random() > probability:
        return None
    stages = ["mined", "separated", "melted", "produced"]
    last = case.stage[material]
    stages = stages[: stages.index(last) + 1] if last in stages else stages[:2]
    events = []
    chosen = case.dice.sample(stages, case.dice.randint(1, len(stages)))
    for stage in chosen + ([chosen[0]] if case.dice.random() < 0.15 else []):
        country = case.dice.choice(case.countries)
        sites = [site for site in case.sites if case.country[site] == country]
        owners = [row["owner"] for row in case.tables["Sites"] if row.get("owner")]
        who = case.dice.choice([*sites, *owners, None, "Outside Ltd"])
        who = f" [{who}]" if who else ""
        events.append(f"{stage}: {country}{who}")
    return "; ".join(events)


def draw_supply(case):
    """Ores at mines, a reagent at plants, product or intermediates at traders."""
    offers = [
        (mine, ore)
        for mine in case.mines
        for ore in case.ores
        if ore == "ore" or case.dice.random() < 0.6
    ]
    if "clay" in case.ores and not any(ore == "clay" for _, ore in offers):
        offers.append((case.mines[0], "clay"))
    offers += [
        (trader, material)
        for trader in case.traders
        for material in case.chain
        if case.dice.random() < 0.5
    ]
    if case.reagent:
        offers += [(plant, "acid") for plant in case.plants]
    for site, material in offers:
        draw_offer(case, site, material, f"{site} {material}")
        if case.has("tiers", 0.25):
            draw_offer(case, site, material, f"{site} {material} more", dearer=8)


def draw_tiers(case):
    """Offers of volume discounts: each comes after one with a maximum, mostly at a lower price.

    They have dice of their own, so that the rest of a workbook is as it is without them.
    """
    dice = case.tiers
    if "falling tiers" not in case.features or dice.random() > 0.5:
        return
    supply = case.tables["Supply"]
    held = [row for row in supply if row.get("maximum") and not row.get("minimum")]
    names = [row["offer"] for row in held]
    for row in [row for row in held if names.count(row["offer"]) == 1]:
        if dice.random() > 0.6:
            continue
        row["maximum"] = round(row["maximum"] * dice.choice((0.1, 0.3, 1)), 2) or 1
        price = max(row["price"] + dice.choice((-4, -2, -1, 3)), 0)
        common = {key: row.get(key) for key in ("site", "material", "history", "from", "to")}
        tier = case.add("Supply", offer=f"{row['offer']} beyond", price=round(price, 2), **common)
        tier.update({"maximum": round(dice.uniform(5, 150), 2), "after": row["offer"]})
        if dice.random() < 0.3:
            last = {**tier, "offer": f"{row['offer']} beyond that", "after": tier["offer"]}
            case.add("Supply", **last)
        if dice.random() < 0.3 and not row.get("from") and not row.get("to"):
            days = 30 * dice.randrange(1, case.horizon) + dice.choice((0, 11))
            edge = case.month_after(0) + dt.timedelta(days=days)
            tier["to"] = edge - dt.timedelta(days=1)
            later = {"from": edge, "to": None, "price": round(price + 1, 2)}
            case.add("Supply", **{**tier, **later, "after": dice.choice((row["offer"], None))})


def draw_offer(case, site, material, offer, dearer=0):
    """One line of supply, perhaps with a contract, dates, a history."""
    trader = site in case.traders
    level = case.chain.index(material) if material in case.chain else 0
    price = case.amount(5, 14) + dearer + level * 12 - (4 if case.country[site] == "China" else 0)
    row = case.add("Supply", offer=offer, site=site, material=material, price=round(price, 2))
    if case.dice.random() < 0.6:
        row["maximum"] = case.amount(30, 260)
    if case.has("negative price", 0.05):
        row.update(price=-case.amount(0, 3), maximum=case.amount(10, 60))
    if case.has("minimum supply", 0.04):
        row["minimum"] = round(min(case.amount(1, 25), row.get("maximum", 99)), 2)
    if (
        trader
        or (case.has("histories", 0.1) and case.traced[material])
        or (not case.traced[material] and case.has("untraced history", 0.4))
    ):
        row["history"] = written_history(case, material, 0.8)
    if row["price"] > 0 and case.has("contract", 0.15):
        row["contract quantity"] = case.amount(10, 200)
        row["take or pay"] = case.dice.choice((None, 0.3, 0.8, 1))
        if case.dice.random() < 0.4:
            row["from"] = dt.date(2026, 7, 1)
        if case.dice.random() < 0.4:
            row["to"] = dt.date(2029, 9, 15)
    if "from" not in row and "to" not in row and case.has("dated supply", 0.2):
        history = row.get("history")
        if history and case.dice.random() < 0.3:
            history = written_history(case, material, 1)
        case.split("Supply", row, price=round(price + case.amount(0, 6), 2), history=history)
    elif case.has("dated supply", 0.05) and "from" not in row:
        row["from"] = case.day_inside()


def routes(case):
    """Pairs of sites that may be joined, with the materials that make sense there."""
    made = [made for _, made in case.steps]
    other = [case.by_product] if case.by_product else []
    for start in case.mines:
        for end in case.plants + case.hubs:
            yield start, end, case.ores
    for start in case.plants:
        for end in case.plants + case.customers + case.hubs:
            if start != end:
                yield start, end, made + other
    for start in case.traders + case.hubs:
        for end in case.plants + case.customers:
            yield start, end, case.chain + case.ores[1:]


def draw_lanes(case):
    """Named lanes and * lanes, with leads, losses, limits, dates."""
    for start, end, materials in routes(case):
        if case.dice.random() < 0.08:
            continue
        materials = list(dict.fromkeys(materials))
        if case.has("star lanes", 0.4):
            draw_lane(case, start, end, "*")
            if case.dice.random() < 0.25:
                draw_lane(case, start, end, case.dice.choice(materials))
            continue
        for material in materials:
            if case.dice.random() < 0.9:
                draw_lane(case, start, end, material)
            if case.dice.random() < 0.08:
                draw_lane(case, start, end, material, mode="air")


def draw_lane(case, start, end, material, mode=None):
    """One lane."""
    row = case.add(
        "Lanes", from_site=start, to_site=end, material=material, mode=mode, cost=case.amount(0, 6)
    )
    if case.has("leads", 0.2):
        row["lead days"] = case.dice.choice(LEADS)
    if case.has("losses", 0.1):
        row["arrives"] = case.dice.choice((0.98, 0.9, 0.5))
    if case.has("lane maximum", 0.15):
        row["maximum"] = case.amount(10, 120)
    if case.has("fixed lanes", 0.12):
        row["maximum"] = case.amount(40, 200)
        row["fixed cost"] = case.amount(5, 120)
        row["minimum when used"] = case.dice.choice((None, case.amount(1, 15)))
    elif case.has("dated lanes", 0.08):
        if case.dice.random() < 0.5:
            row["from"] = case.day_inside()
        else:
            case.split(
                "Lanes",
                row,
                cost=case.amount(0, 9),
                lead_days=case.dice.choice((row.get("lead days"), row.get("lead days"), 15)),
                arrives=case.dice.choice((row.get("arrives"), row.get("arrives"), 0.8)),
            )


def draw_demand(case):
    """One to three lines; period columns or yearly quantities."""
    columns = period_labels(case) if case.has("period columns", 0.3) else None
    wanted = [(customer, case.chain[-1]) for customer in case.customers]
    if case.dice.random() < 0.4:
        wanted.append((case.customers[0], case.dice.choice(case.chain)))
    case.lines = []
    for i, (customer, material) in enumerate(wanted):
        segment = case.dice.choice(("defence", "defence", "civil", None))
        row = case.add(
            "Demand",
            line=f"line {i + 1}",
            customer=customer,
            material=material,
            segment=segment,
            quantity=case.amount(40, 140),
        )
        case.lines.append((row["line"], customer, material))
        if case.dice.random() < 0.4:
            row["price"] = case.amount(1, 30)
        if case.dice.random() < 0.4:
            row["shortage penalty"] = case.amount(40, 500)
        if case.has("minimum delivery", 0.06):
            row["minimum"] = case.amount(0.02, 0.2)
        if columns:
            row.update(
                {column: case.amount(0, 60) for column in columns if case.dice.random() < 0.8}
            )
        elif case.has("dated demand", 0.25):
            case.split(
                "Demand",
                row,
                quantity=case.amount(20, 140),
                price=case.amount(1, 30),
                minimum=case.dice.choice((row.get("minimum"), row.get("minimum"), 0.05)),
                segment=case.dice.choice((segment, segment, "civil")),
            )
    if case.has("outlet", 0.3):
        draw_outlet(case)


def draw_outlet(case):
    """A demand without penalty, for a by-product or a product of the chain."""
    material = case.by_product or case.dice.choice(case.chain[1:])
    case.add(
        "Demand",
        line="outlet",
        customer=case.dice.choice(case.customers + case.plants),
        material=material,
        segment=None,
        quantity=case.amount(5, 60),
        price=case.amount(-3, 25),
        shortage_penalty=0,
    )


def period_labels(case):
    """The heads of the period columns."""
    labels = []
    for t in range(case.count):
        day = case.month_after(t * case.horizon // case.count)
        labels.append(
            {
                "year": day.year,
                "half-year": f"{day.year}-H{(day.month + 5) // 6}",
                "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
                "month": f"{day.year}-{day.month:02d}",
            }[case.length]
        )
    return labels


def draw_stocks(case):
    """Stockpiles along the chain."""
    if not case.has("stocks", 0.7):
        return
    places = [
        (plant, made) for plant, recipe in case.runs for step, made in case.steps if step == recipe
    ]
    places += [(plant, ore) for plant in case.plants for ore in case.ores]
    places += [(hub, material) for hub in case.hubs for material in case.chain]
    if case.has("downstream stock", 0.6):
        places += [(customer, material) for _, customer, material in case.lines]
    if case.by_product:
        places += [(plant, "slag") for plant in case.plants]
    places = sorted(set(places))
    for site, material in case.dice.sample(
        places, min(len(places), case.dice.choice((1, 2, 3, 4)))
    ):
        draw_stock(case, site, material)


def draw_stock(case, site, material):
    """One stock, perhaps with bounds, cover, closing stock and dates."""
    row = case.add("Stocks", site=site, material=material)
    if case.dice.random() < 0.6:
        row["opening"] = case.amount(1, 40)
        row["history"] = written_history(case, material, 0.5)
    if case.dice.random() < 0.5:
        row["holding cost"] = case.amount(0.2, 4)
    if case.has("stock bounds", 0.4):
        row["minimum"] = case.dice.choice((None, None, None, None, case.amount(0, 4)))
        row["maximum"] = case.amount(20, 50) + row.get("opening", 0)
    if case.has("cover", 0.25):
        row["days of cover"] = case.dice.choice((5, 15, 30.4375, 60))
    if case.has("dated stocks", 0.25):
        case.split(
            "Stocks",
            row,
            opening=None,
            history=None,
            holding_cost=case.amount(0, 3),
            maximum=case.amount(40, 90),
            days_of_cover=case.dice.choice((None, 10)),
        )
    if case.has("closing", 0.3):
        last = case.tables["Stocks"][-1]
        last["closing"] = case.dice.choice((None, None, case.amount(1, 8)))
        if last.get("maximum"):
            last["closing value"] = case.amount(1, 25)


def draw_pipeline(case):
    """Orders under way."""
    if not case.has("pipeline", 0.35):
        return
    places = [(plant, ore) for plant in case.plants for ore in case.ores]
    places += [(customer, material) for _, customer, material in case.lines]
    for i in range(case.dice.choice((1, 1, 2))):
        site, material = case.dice.choice(places)
        row = case.add(
            "Pipeline",
            order=f"PO {i + 1}",
            to_site=site,
            material=material,
            arrival=case.day_inside(),
            quantity=case.amount(1, 15),
        )
        probability = 1 if case.traced[material] else 0.4
        row["history"] = written_history(case, material, probability)
        held = {(stock["site"], stock["material"]) for stock in case.tables.get("Stocks", [])}
        if (site, material) not in held and case.dice.random() < 0.85:
            case.add("Stocks", site=site, material=material)

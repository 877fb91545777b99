"""The sheets of a random workbook about making: assays, processes, units, options, blends."""


def draw_assays(case):
    """With two ores the first step is a separation recipe with an assay of each."""
    if len(case.ores) < 2:
        return
    recipe, product = case.steps[0]
    for ore in case.ores:
        case.add("Assays", feed=ore, oxide="Nd2O3", share=case.amount(0.3, 0.8))
        case.add("Assays", feed=ore, oxide="ThO2", share=case.dice.choice((0, 0.01, 0.03)))
    case.add(
        "Recoveries", recipe=recipe, oxide="Nd2O3", product=product, recovery=case.amount(0.6, 1)
    )
    if case.by_product:
        case.add(
            "Recoveries", recipe=recipe, oxide="ThO2", product="slag", recovery=case.amount(0.2, 1)
        )


def draw_processes(case):
    """Every step at one plant at least, units with capacity."""
    case.runs, case.units_of = [], {}
    for recipe, _made in case.steps:
        plants = [case.dice.choice(case.plants)]
        plants += [
            plant for plant in case.plants if plant not in plants and case.dice.random() < 0.5
        ]
        for plant in plants:
            case.runs.append((plant, recipe))
            feeds = [None]
            if recipe == case.steps[0][0] and len(case.ores) > 1:
                feeds = ["*"] if case.dice.random() < 0.6 else list(case.ores)
                feeds += ["clay"] if feeds == ["*"] and case.has("named feed", 0.5) else []
            for feed in feeds:
                draw_process(case, plant, recipe, feed)
                if feed == "*" and case.dice.random() < 0.3:
                    case.units_of.pop((plant, recipe))
    for plant, unit in sorted(
        {(row["site"], row["unit"]) for row in case.tables["Processes"] if row["unit"]}
    ):
        draw_unit(case, plant, unit)


def draw_process(case, plant, recipe, feed):
    """One process on one or two units, perhaps with limits and dates."""
    stage = {
        "make oxide": "separated",
        "make metal": "melted",
        "make magnet": "produced",
        "return": "melted",
    }[recipe]
    unit, second = draw_units_of(case, plant, recipe)
    row = case.add(
        "Processes",
        site=plant,
        recipe=recipe,
        feed=feed,
        unit=unit,
        use=case.dice.choice((None, 0.5, 2)) if unit else None,
        cost=case.amount(0, 8),
        stage=case.dice.choice((stage, stage, stage, None, f"refined, {stage}", "coated")),
    )
    if case.has("process limits", 0.2):
        row["minimum"] = case.dice.choice((None, None, None, None, case.amount(0, 8)))
        row["maximum"] = case.amount(20, 150)
    if second:
        draw_second_unit(case, row, stage)
    elif case.has("dated processes", 0.15):
        if case.dice.random() < 0.5:
            row["from"] = case.day_inside()
        else:
            case.split(
                "Processes",
                row,
                cost=case.amount(0, 8),
                stage=case.dice.choice((None, stage)),
                maximum=case.dice.choice((None, case.amount(20, 150))),
            )


def draw_second_unit(case, row, stage):
    """A further unit of a process."""
    case.add(
        "Processes",
        site=row["site"],
        recipe=row["recipe"],
        feed=row["feed"],
        unit="press",
        use=case.amount(0.5, 1.5),
        cost=case.amount(0, 2),
        stage=case.dice.choice((None, None, stage)),
    )


def draw_units_of(case, plant, recipe):
    """The unit of a process, and whether it has a second; most often the same for all feeds."""
    if (plant, recipe) not in case.units_of:
        unit = case.dice.choice((f"{plant} line", f"{recipe} line", None))
        if plant in case.mixing:
            unit = unit or f"{plant} line"
        case.units_of[plant, recipe] = unit, unit is not None and case.has("two units", 0.2)
    return case.units_of[plant, recipe]


def draw_unit(case, plant, unit):
    """Capacity, availability, minimum load, fixed cost."""
    row = case.add("Units", site=plant, unit=unit, capacity=case.amount(40, 300))
    if case.dice.random() < 0.3:
        row["availability"] = case.dice.choice((0.9, 0.75))
    if case.has("must run", 0.07):
        row["minimum load"] = case.amount(0.02, 0.1)
    if case.has("fixed cost", 0.3):
        row["fixed cost"] = case.amount(50, 500)
    if case.has("idle", 0.35):
        row.update(
            {
                "may idle": "yes",
                "minimum load": case.amount(0.1, 0.6),
                "fixed cost": case.amount(50, 900),
            }
        )
    if case.has("dated units", 0.2):
        if case.dice.random() < 0.4:
            row["from"] = case.day_inside()
        else:
            case.split("Units", row, capacity=case.amount(20, 300), fixed_cost=case.amount(0, 300))


def draw_options(case):
    """Investments: more of an existing unit."""
    units = sorted({(row["site"], row["unit"]) for row in case.tables.get("Units", [])})
    if not units or not case.has("options", 0.8):
        return
    if case.dice.random() < 0.25:
        bare = case.dice.choice(units)
        rows = case.tables["Units"]
        case.tables["Units"] = [row for row in rows if (row["site"], row["unit"]) != bare]
        units = [bare]
    named = []
    if case.dice.random() < 0.2:
        permit = {"site": case.dice.choice(case.sites), "unit": "paper", "added_capacity": 0}
        case.add("Options", option="permit", **permit, capital_cost=case.amount(10, 500))
        named.append(("permit", None))
    for i in range(case.dice.choice((1, 2, 3))):
        draw_option(case, i + 1, units, named)


def draw_option(case, i, units, named):
    """One option, perhaps with a second row; `named` are the earlier ones with their kind."""
    site, unit = case.dice.choice(units)
    kind = case.dice.choice((None, "yes/no", "whole number", "any amount"))
    row = case.add(
        "Options",
        option=f"option {i}",
        site=site,
        unit=unit,
        kind=kind,
        added_capacity=case.amount(20, 120),
        capital_cost=case.amount(100, 4000),
        fixed_cost=case.dice.choice((None, case.amount(10, 200))),
    )
    row["most"] = case.dice.choice((2, 3)) if kind in ("whole number", "any amount") else None
    row["life"] = case.dice.choice((None, 3, 10))
    row["earliest"] = case.dice.choice(
        (None, None, case.month_after(case.dice.randrange(case.horizon)))
    )
    row["build months"] = case.dice.choice((None, None, 1, 4))
    whole = [option for option, kind_of_it in named if kind_of_it != "any amount"]
    if whole and case.dice.random() < 0.35:
        row["needs"] = case.dice.choice(whole)
    elif case.dice.random() < 0.4:
        row["one of"] = "size"
    named.append((row["option"], kind))
    if case.dice.random() < 0.2 and len(units) > 1:
        second = case.dice.choice([key for key in units if key != (site, unit)])
        case.add(
            "Options",
            **{
                **{column.replace(" ", "_"): value for column, value in row.items()},
                "site": second[0],
                "unit": second[1],
                "capital_cost": None,
                "fixed_cost": None,
                "life": None,
            },
        )


def draw_blends(case):
    """An impurity of the first step's feeds."""
    if len(case.ores) < 2 or not case.has("blends", 0.8):
        return
    recipe = case.steps[0][0]
    plant = next(row["site"] for row in case.tables["Processes"] if row["recipe"] == recipe)
    case.add(
        "Blends",
        site=plant,
        recipe=recipe,
        oxide="ThO2",
        minimum=case.dice.choice((None, 0.004)),
        maximum=case.dice.choice((0.008, 0.015)),
    )

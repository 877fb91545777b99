"""Text of the sheet "Read me"."""

GUIDE = (
    ("North America, 2027 to 2030", ""),
    ("", ""),
    (
        "What it is",
        "A mid-sized buyer of rare-earth magnets plans sixteen quarters: what to buy, where to "
        "have it separated, made into metal, alloy and magnets, what to store and what to "
        "deliver, at least cost, under the rules on origin and the duties. The story of the "
        "plan, with figures, is in docs/reference-case.md.",
    ),
    ("How to run it", "python -m optimizer solve inputs/north_america.xlsx"),
    ("", ""),
    (
        "The buyer",
        "975 t of magnets in 2027, growing 8.7 % a year: defence, federal agencies, car makers, "
        "wind turbines, industry. It owns no plant, but may build (Options). Plants stand here at "
        "their real size; the column availability of Units is the share that this buyer can count "
        "on, and is an assumption, as are the tonnages of Supply that carry such a share.",
    ),
    ("", ""),
    ("Sheets", ""),
    ("Settings", "Calendar, currency, interest."),
    ("Sites", "Mines, traders, plants, ports, stores, customers, with owner and position."),
    (
        "Materials",
        "From concentrate to magnet, with the stage reached. Iron, boron and cobalt have stages, "
        "since the law counts them from 2027; reagents have an origin but no stage, since the "
        "law does not count them. A disposal cost below zero is a sale to scrap merchants.",
    ),
    (
        "Supply",
        "Who offers what. Dated rows are ramps or price steps; several offers of one oxide are "
        "tiers; 'firm = no' is a non-binding offtake with its probability.",
    ),
    (
        "Assays, Recoveries",
        "What a feed contains and what a separation recovers: one recipe, made for every feed. "
        "'To all oxides' needs the Dy and Tb circuits, 'to light oxides' leaves the heavies in "
        "an SEG concentrate.",
    ),
    (
        "Recipes",
        "Metal, alloy and magnets. The diffused grades bring Dy and Tb in at the grain "
        "boundaries: less Dy, some Tb, an oven more. A magnet is a finished part; the machining "
        "loss leaves as swarf of its alloy.",
    ),
    (
        "Processes, Units",
        "Who runs what, at what toll, on which unit. Several rows of one site, recipe and feed "
        "are one process that uses several units.",
    ),
    (
        "Minimum load, idling",
        "Three lines may stand still for a quarter and save their fixed cost: 'may idle' in Units. "
        "Minimum load and fixed cost are assumptions; the fixed cost is the buyer's part of it.",
    ),
    (
        "Options",
        "What may be built: the SRC expansion or the plant ten times larger (one of the two), the "
        "heavy separation line at White Mesa, more heavy metal and alloy at Euclid, ovens, an own "
        "magnet line, a larger plant of the Japanese vendor. Added capacity is the whole project, "
        "of which availability in Units gives the buyer a share; capital and fixed cost are the "
        "same share. What is the buyer's own counts whole. Capital is credited at the end for the "
        "years of its life that are left: clear 'life' to see how much rests on it.",
    ),
    (
        "Limits",
        "Decisions that would run less than a year of the plan are ruled out (too late). The "
        "others are off: not more than 40 % of the NdPr oxide from one country, capital a year, "
        "reserves of dysprosium and terbium. Set 'active' to yes to switch one on.",
    ),
    (
        "Lanes",
        "Freight and days, port by port where the route has a choice, direct elsewhere. Trips of "
        "a week or less arrive in the quarter in which they leave. Brazilian monazite goes in "
        "lots, with a fixed cost for each quarter in which it does.",
    ),
    ("Tariffs", "MFN and Section 301 into the United States; they add up."),
    (
        "Stocks, Pipeline",
        "What is in store and under way at the start, and what must be there at the end. The "
        "buyer's stockpile of heavies is the store at Euclid: large, at a holding cost, with a "
        "closing value below what the oxide costs.",
    ),
    (
        "Demand",
        "The buyer's lines, one column a quarter; then the shelf stock that defence wants at the "
        "end; then the outlets for joint products.",
    ),
    (
        "Rules, Rule scope",
        "The law before and from 2027, and two policies that are assumptions.",
    ),
    ("", ""),
    (
        "Switching a route",
        "Every row has a column 'active'; 'no' takes it out of the plan, and whatever refers to "
        "a site or a material that is off goes with it. So a route is switched by one or two "
        "cells: its site in Sites (Kokbulak, Round Top, Narva ...) and, where it has a feed of "
        "its own, that feed in Materials. Notes that begin with a name in brackets, such as "
        "[Kokbulak], say which route a row belongs to: filter for it to see the whole route.",
    ),
    (
        "Switched off",
        "What no one is building or selling stands here switched off, in grey, with its reason: "
        "Round Top, Bear Lodge, Bokan Mountain, Sheep Creek, Tardiff, Browns Range, Carina with "
        "Vinton, Northlake, Blacksburg, Mountain Pass concentrate to SRC, SRC metal to Fort Worth "
        "and the lane through Russia. Hoidas Lake and Tanbreez are on, with dates after the "
        "plan's end.",
    ),
    (
        "Switching a rule",
        "Set 'active' to no in its rows of Rules. All of them off: what the same buyer would do "
        "if no one asked for the origin.",
    ),
    (
        "Mixed lots",
        "Every plant keeps Chinese and clean lots apart here: that one cannot is not on public "
        "record. To see what it would cost, set 'segregates' to no for its row in Sites, and give "
        "each of its processes a unit or a maximum.",
    ),
    ("", ""),
    (
        "Colours",
        "The first columns of a sheet (blue) name the row; rows that are off are grey. The "
        "column confidence says how far a row can be trusted: it is as firm as its weakest "
        "figure. In Units it is that of the capacity; availability is always an assumption.",
    ),
    ("high", "filing, regulation or price agency, or several sources that agree"),
    ("medium", "one secondary source"),
    ("low", "one weak or partly recalled source"),
    ("assumption", "no source: a placeholder that the plan leans on at your risk"),
    ("", ""),
    (
        "What nobody publishes",
        "Kokbulak's tonnage, grade, split, price and start; tolls for separation, metal and "
        "magnets outside China; how much of each plant a buyer of this size gets; the "
        "composition of grades; contract prices; the capital of most projects, and on what terms "
        "a buyer would share it. These are placeholders and say so.",
    ),
    (
        "How it is made",
        "inputs/reference/make.py writes this workbook from the figures in "
        "inputs/reference/data. Edit the workbook freely; run the script again to get the "
        "original back.",
    ),
)

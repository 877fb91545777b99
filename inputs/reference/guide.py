"""Text of the sheet "Read me"."""

GUIDE = (
    ("North America without China, 2026 to 2030", ""),
    ("", ""),
    (
        "What it is",
        "A buyer of rare-earth magnets leaves China (and Russia, Iran, North Korea) at every "
        "stage: by law for defence from 2027, by its own policy elsewhere. There 45 % of a line "
        "may still have such a stage in 2027, 20 % in 2028, nothing from 2029 on. The workbook "
        "plans seventeen quarters: what to buy, where to have it separated, made into metal, alloy "
        "and magnets, what to build, at least cost. What the law alone asks, and no rule at all, "
        "are scenarios. The story with figures is in docs/reference-case.md.",
    ),
    (
        "How to run it",
        "optimizer solve inputs/north_america.xlsx, and optimizer scenarios for the news of the "
        "day. Start, periods and their length may be changed in Settings: demand is dated by "
        "year. After 2027-04-01 delete the orders that have arrived from Pipeline.",
    ),
    ("", ""),
    (
        "The buyer",
        "750 t of magnets in 2027, growing 8.7 % a year: defence, federal agencies, car makers, "
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
        "From concentrate to magnet, with the stage reached. Iron, boron and cobalt have "
        "stages, since the law counts them from 2027; reagents have a stage of their own that "
        "only the rule on reagents counts. The value of a magnet is what it costs made outside "
        "China. A disposal cost below zero is a sale to scrap merchants.",
    ),
    (
        "Supply",
        "Who offers what. Dated rows are ramps or price steps; several offers of one oxide are "
        "tiers; 'firm = no' is a letter, a memorandum or an agreement in principle, with its "
        "probability: the plan takes it as firm and says so. Kokbulak and the other feeds of "
        "third parties are paid by content, on the terms of the one published contract. Dy and "
        "Tb outside China stand at asking prices of May 2025; by tonnage nearly all dysprosium "
        "trades far lower, in China (scenario 'Heavies cheap'). Hung Thinh's carbonate names no "
        "mine: so it breaks every rule on mining (scenario 'Hung Thinh names its mine').",
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
        "boundaries: less Dy, some Tb, a diffusion furnace more. A magnet is a finished part; the "
        "machining loss leaves as swarf of its alloy.",
    ),
    (
        "Processes, Units",
        "Who runs what, at what toll, on which unit. Several rows of one site, recipe and feed "
        "are one process that uses several units.",
    ),
    (
        "Ramps",
        "A new separator grows as Kuantan and Mountain Pass did: a fifth of its size in the "
        "first year, then 43 %, 70 % and all of it (SRC, Eneabba, Alexandria, Lacq, the second "
        "phase of White Mesa). Plants of metal, alloy and magnets run at most nine tenths of "
        "the year (sintering 85 %), and those that open reach their size in steps. Availability "
        "in Units is the buyer's share times that. Defence takes nothing from the plants that "
        "shipped their first magnets in 2025 and 2026 before 2028 (rule Qualification; UH and "
        "EH by date in Processes as well). The mill at San Marcos may stand still for a "
        "quarter.",
    ),
    (
        "Options",
        "What may be built: the SRC plant ten times larger, a slot in the heavy line at White "
        "Mesa, more heavy metal and alloy at Euclid, diffusion furnaces, an own magnet line, a "
        "larger plant of the Japanese vendor. The first SRC expansion is none: the buyer's US$ "
        "21 million are sunk and its capacity stands in Units. A row of the tenfold plant names "
        "the EXIM letter. Added capacity is the whole project, of which availability in Units "
        "gives the buyer a share; capital and fixed cost are the same share. What is the "
        "buyer's own counts whole. Capital is credited at the end for the years of its life "
        "that are left: clear 'life' to see how much rests on it.",
    ),
    (
        "Limits",
        "The board decides once a year, in the first quarter. Decisions that would run less than "
        "a year of the plan are ruled out (too late), but the tenfold plant may be decided in any "
        "year. The others are off: not more than 40 % of the NdPr oxide from one country, the "
        "European 65 %, capital a year, reserves of dysprosium and terbium. Set 'active' to yes "
        "to switch one on.",
    ),
    (
        "Lanes",
        "Freight and days, port by port where the route has a choice, direct elsewhere. Trips of "
        "a week or less arrive in the quarter in which they leave. Brazilian monazite goes in "
        "lots, with a fixed cost for each quarter in which it does.",
    ),
    (
        "Tariffs",
        "MFN, Section 301, Section 122 while it ran and Section 232 at today's rate of nothing, "
        "with their exemptions; they add up. A single oxide pays 3.7 %, a mixture of oxides "
        "nothing. Duty is on what is paid: where that differs by origin the row has a customs "
        "value (Chinese magnets, magnets N48 of the vendors in Japan and Vietnam, carbonates); "
        "elsewhere it is the value in Materials, as for magnets made on toll. Iron, cobalt, "
        "ferroboron, calcium and acids have no row.",
    ),
    (
        "Stocks, Pipeline",
        "What is in store and under way at the start, and what must be there at the end. "
        "Magnets in store at the end are demand lines, so that the rules look at them. The "
        "buyer's stockpile of heavies is the store at Euclid: large, at a holding cost, with a "
        "closing value below what the oxide costs.",
    ),
    (
        "Demand",
        "The buyer's lines, one row a year; then the stock that customers want at the end; "
        "then the outlets for joint products.",
    ),
    (
        "Rules, Rule scope",
        "The law before and from 2027, the company's policy and the date from which defence "
        "takes magnets of new plants: the last two are assumptions. Below stand rules that are "
        "ready and off: Uyghur forced labour, reagents, equipment, specialty metals, entities "
        "of concern, qualification of the own works. A nonavailability waiver is a row of "
        "Processes, the exceptions for electronic devices and for use abroad are lines of "
        "Demand, the European 65 % are rows of Limits: all off.",
    ),
    (
        "Scenarios",
        "The news of the day: what China may stop, delays, prices, a duty, what the rules cost, "
        "and two other readings of the law. Prices of oxides change the price of every offer "
        "that is paid by content, and Chinese prices in step. The delays of SRC and Euclid have "
        "odds, from the record of such plants; one happens without the other or both together. "
        "The others have none that a source gives.",
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
        "and the lane through Russia. Hoidas Lake, Tanbreez and Araxa are on, with "
        "dates after the plan's end.",
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

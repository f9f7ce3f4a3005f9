# ruff: noqa: E501 - rows of tables and drawings stay on one line
"""The tables of the service manual."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.platypus import Flowable

from .layout import Cells, Look, grid

_SPECS = [
    ["Property", "Unit", "GW-50", "GW-60"],
    ["Outer dimensions (width x depth x height, hood closed)", "mm", "598 x 690 x 1,472", "676 x 754 x 1,498"],
    ["Rack", "mm", "500 x 500", "500 x 600"],
    ["Free insertion height", "mm", "405", "435"],
    ["Mass, empty / filled", "kg", "106 / 138", "127 / 169"],
    ["Tank volume", "l", "24", "34"],
    ["Boiler capacity", "l", "6.2", "8.5"],
    ["Wash pump, nominal power", "kW", "0.75", "1.10"],
    ["Circulation", "l/min", "390", "520"],
    ["Tank element", "kW", "2.0", "2.5"],
    ["Boiler elements", "kW", "2 x 3.2", "2 x 4.5"],
    ["Total connected load, factory setting", "kW", "7.4", "10.6"],
    ["Fresh water per cycle, programme 2", "l", "2.4", "3.0"],
    ["Theoretical output", "racks/h", "60", "55"],
    ["Noise", "dB(A)", "58", "61"],
    ["Waste heat to the room (sensible / latent)", "W", "410 / 160", "560 / 230"],
    ["Protection", "", "IPX4", "IPX4"],
    ["Ambient temperature", "°C", "5 to 40", "5 to 40"],
]  # fmt: skip

_PROGRAMMES = [
    ["No.", "Name", "Wash", "Rinse", "Total", "Tank / boiler", "For"],
    ["1", "Short", "48 s", "8 s", "60 s", "60 / 65 °C", "beer glasses, light soil"],
    ["2", "Standard", "76 s", "10 s", "90 s", "60 / 83 °C", "glasses, cups, plates"],
    ["3", "Intensive", "164 s", "12 s", "180 s", "63 / 85 °C", "dried food, cutlery"],
    ["4", "Cold rinse", "60 s", "2 x 7 s", "95 s", "60 / 65 °C", "beer and sparkling wine to be used at once"],
    ["5", "Self-cleaning", "–", "–", "160 s", "–", "end of the day"],
    ["6", "Descaling", "–", "–", "52 min", "40 °C", "engineer only"],
]  # fmt: skip

_ELECTRIC = [
    ["Supply", "Bridge B2", "Load GW-50", "Load GW-60", "Fuse", "Cable"],
    ["400 V 3N~ 50 Hz (factory)", "I", "7.4 kW", "10.6 kW", "16 A / 20 A", "5 x 2.5 mm² / 5 x 4 mm²"],
    ["400 V 3N~ 50 Hz, reduced", "II", "4.2 kW", "6.1 kW", "10 A / 16 A", "5 x 1.5 mm² / 5 x 2.5 mm²"],
    ["230 V 3~ 50 Hz", "I", "7.4 kW", "10.6 kW", "25 A / 32 A", "4 x 4 mm² / 4 x 6 mm²"],
    ["230 V 1N~ 50 Hz", "II", "4.2 kW", "not allowed", "20 A", "3 x 2.5 mm²"],
]  # fmt: skip

_PARAMETERS = [
    ["Parameter", "Meaning", "Factory", "Range"],
    ["P02", "Language of the display", "EN", "12 languages"],
    ["P07", "Tank temperature, programme 2", "60 °C", "40 to 70 °C"],
    ["P08", "Boiler temperature, programme 2", "83 °C", "60 to 88 °C"],
    ["P12", "Detergent, per litre of fresh water", "2.0 ml", "0 to 6.0 ml"],
    ["P13", "Rinse aid, per litre of fresh water", "0.3 ml", "0 to 1.2 ml"],
    ["P14", "Thermal hold", "on", "on / off"],
    ["P17", "Start by closing the hood", "on", "on / off"],
    ["P19", "Soft start of the wash pump", "1.2 s", "0 to 5 s"],
    ["P22", "Programmes since descaling", "0", "reset only"],
    ["P26", "Hardness of raw water (models S)", "20 °dH", "4 to 31 °dH"],
    ["P30 / P31", "Prime detergent / rinse aid", "–", "run while held"],
    ["P40", "Fault memory", "–", "read only"],
]

_INTERVALS = [
    ["When", "What", "Who"],
    ["Daily", "Run self-cleaning; rinse both filters and the overflow pipe; wipe the seal of the hood; look at canister levels", "User"],
    ["Weekly", "Take out wash arms and clear nozzles; clean the tank with a soft brush; check racks for broken wires", "User"],
    ["Monthly", "Clean the strainer in the water inlet; wipe the door switch magnet; test the residual current device with its button", "User"],
    ["Every 3 months", "Replace the squeeze tubes of the dosing pumps where chlorine-free but highly alkaline detergent (pH above 12) is used", "Engineer"],
    ["Every 6 months", "Titrate the detergent; check the hood springs and ropes; measure tank and rinse temperature with a data logger", "Engineer"],
    ["Yearly, or 10,000 programmes", "Squeeze tubes in all cases; seal of the wash pump by eye; terminals with 2.5 Nm; insulation resistance (at least 1 MΩ); leak test of the backflow preventer", "Engineer"],
    ["Every 2 years, or 20,000 programmes", "Service kit 930-500: shaft seal, O-rings, hub bearings, air trap hose", "Engineer"],
    ["Every 5 years", "Hood ropes 930-310 in pairs, whatever they look like", "Engineer"],
    ["Every 6 years", "Resin of the softener (models S)", "Engineer"],
]  # fmt: skip

_CODES = [
    ["Code", "Meaning", "Likely cause", "What to do"],
    ["E01", "Hood open during wash", "Magnet dirty or shifted", "Clean; set gap to 4 mm; test reed switch S3"],
    ["E03", "Tank not full after 15 minutes", "Tap closed, strainer blocked, overflow pipe missing", "User: check all three. Engineer: measure coil of valve Y1"],
    ["E04", "Tank does not empty", "Drain pump blocked or hose kinked", "Remove the pump's cover under the tank filter; take out foreign bodies"],
    ["E07", "Tank sensor interrupted", "B1 or its cable broken", "Measure B1, chapter 7.3; replace"],
    ["E08", "Boiler sensor short-circuited", "Moisture in plug X12", "Dry the plug; replace B2 if below 400 Ω"],
    ["E11", "Tank too hot (above 78 °C)", "Contactor K2 welded", "Main switch off. Replace K2 and check the element"],
    ["E14", "Frequency converter overload", "Foreign body in the wash pump; undervoltage", "Turn the shaft by hand; measure the supply under load"],
    ["E17", "Water in the base pan", "Leak; float F1 raised", "Close the tap. Find the leak, sponge out the pan"],
    ["E21", "Boiler heats too slowly", "Scale; one element open", "Descale, chapter 6.3; measure elements"],
    ["E22", "Boiler safety thermostat tripped", "Boiler ran dry", "Find the cause, then press the red button behind the left panel"],
    ["E26", "Salt missing (models S)", "Container empty or salt bridge", "Fill; break the bridge with a wooden spoon"],
    ["E29", "Detergent empty", "Suction lance dry", "Change the canister; prime with P30"],
    ["E30", "Rinse aid empty", "Suction lance dry", "Change the canister; prime with P31"],
    ["E34", "Hood does not close", "Rope or spring broken", "Do not operate. Fix the hood with the transport bolt and call service"],
    ["E41", "No connection to the operating panel", "Ribbon cable loose", "Reseat plug X3; replace the cable"],
    ["E52", "Service due", "Counter of programmes reached", "Arrange maintenance; reset by engineer"],
]  # fmt: skip

_RESULTS = [
    ["What is seen", "Why", "Remedy"],
    ["Streaks and droplets on glasses", "Too little rinse aid; water with much dissolved salt", "Raise P13 by 0.1 ml; fit partial demineralisation"],
    ["White film that vinegar removes", "Scale", "Check the softener and P26; descale"],
    ["White film that vinegar does not remove", "Glass corrosion by too much detergent or too hot rinse", "Lower P12; use programme 1; the film stays"],
    ["Beer foam collapses", "Rinse aid left on the glass", "Lower P13; rinse new glasses twice in programme 4"],
    ["Rainbow shimmer", "Overdosed rinse aid", "Lower P13 in steps of 0.05 ml"],
    ["Lipstick remains", "Detergent without active oxygen; cold tank", "Change the product; use programme 3; check element"],
    ["Tea and coffee stains", "Contact time too short", "Programme 3; basic cleaning with de-staining powder once a week"],
    ["Foam in the tank", "Hand washing-up liquid or soaked napkins; tank below 50 °C", "Empty and refill; do not pre-wash with soap"],
    ["Cutlery rusts", "Foreign rust or poor steel", "Sort out the cheap pieces; check that no knife with a wooden handle is washed"],
    ["Glasses break", "Cold glass with ice; racks too tight", "Let them warm up; use racks with compartments"],
    ["Bad smell in the morning", "Hood closed overnight; drain trap dry", "Leave the hood open; pour a litre of water into the trap"],
]  # fmt: skip

_COMPONENTS = [
    ["Sign", "Component", "Expected", "Limit for exchange"],
    ["B1, B2", "Temperature sensors, NTC", "5.0 kΩ at 20 °C; 1.25 kΩ at 55 °C; 0.47 kΩ at 85 °C", "deviation over 8 per cent"],
    ["Y1", "Inlet valve, coil", "3.9 kΩ", "below 3.4 or above 4.5 kΩ"],
    ["M1", "Wash pump motor, each winding", "GW-50: 9.6 Ω; GW-60: 6.8 Ω", "imbalance over 5 per cent"],
    ["M2", "Drain pump", "152 Ω", "below 140 Ω"],
    ["M3", "Rinse pump", "18.4 Ω", "below 17 Ω"],
    ["R1", "Tank element", "GW-50: 26.5 Ω; GW-60: 21.2 Ω", "insulation below 1 MΩ"],
    ["R2, R3", "Boiler elements, each", "GW-50: 16.5 Ω; GW-60: 11.8 Ω", "insulation below 1 MΩ"],
    ["S3", "Reed switch of the hood", "closed below 6 mm gap", "bounce"],
    ["F1", "Float switch in the base pan", "open when dry", "–"],
    ["G1", "Switched-mode supply", "24.0 V", "below 22.8 V under load"],
]  # fmt: skip

_PARTS = [
    ["No.", "Part", "Order number", "Pieces"],
    ["1", "Suction cover with strainer", "930-201", "1"],
    ["2", "Impeller, 112 mm (GW-50) / 124 mm (GW-60)", "930-204 / 930-205", "1"],
    ["3", "Shaft seal, silicon carbide (K)", "930-211", "1"],
    ["4", "O-ring 130 x 4 (K)", "930-213", "1"],
    ["5", "Pump flange", "930-216", "1"],
    ["6", "Motor 0.75 kW / 1.10 kW", "930-220 / 930-221", "1"],
    ["7", "Frequency converter", "930-228", "1"],
    ["8", "Rubber mount", "930-231", "4"],
]

_REVISIONS = [
    ["Edition", "Date", "Change"],
    ["1.0", "12 April 2023", "First edition"],
    ["1.1", "3 October 2023", "Torque of the boiler drain screw corrected from 12 to 8 Nm (chapter 6.3)"],
    ["1.2", "18 June 2024", "Messages E34 and E41 added; noise of GW-60 re-measured"],
]  # fmt: skip

_TABLES: dict[str, tuple[Cells, tuple[float, ...]]] = {
    "specs": (_SPECS, (76, 18, 38, 38)),
    "programmes": (_PROGRAMMES, (10, 28, 18, 18, 18, 28, 50)),
    "electric": (_ELECTRIC, (44, 18, 22, 24, 24, 38)),
    "parameters": (_PARAMETERS, (24, 74, 30, 42)),
    "intervals": (_INTERVALS, (36, 112, 22)),
    "codes": (_CODES, (14, 44, 48, 64)),
    "results": (_RESULTS, (46, 58, 66)),
    "components": (_COMPONENTS, (18, 46, 66, 40)),
    "parts": (_PARTS, (14, 84, 48, 24)),
    "revisions": (_REVISIONS, (20, 34, 116)),
}


def directives(look: Look) -> dict[str, Callable[[str], list[Flowable]]]:
    """A directive for each table."""
    return {
        name: (lambda _, rows=rows, widths=widths: [grid(look, rows, widths)])
        for name, (rows, widths) in _TABLES.items()
    }

"""Names of files that came from elsewhere, made harmless."""

from __future__ import annotations

import unicodedata

LONGEST = 120
"""Bytes of a name without its ending."""
ENDINGS = (".xlsx", ".xlsm")
_SIGNS = " -_.,()~$+#"
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789"),
}


def plain_name(given: str) -> str:
    """A file name without folders, control characters and signs that a system may read.

    >>> plain_name("../../etc/passwd"), plain_name("..\\\\plans\\\\my case.xlsx")
    ('passwd', 'my case.xlsx')
    >>> plain_name("a<b>|c.xlsx"), plain_name("con.xlsx"), plain_name("..")
    ('a_b__c.xlsx', '_con.xlsx', 'workbook.xlsx')
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isalnum() or sign in _SIGNS else "_" for sign in last)
    stem, dot, ending = kept.strip(" .").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.encode()[:LONGEST].decode(errors="ignore").strip(" .")
    ending = ending.encode()[:10].decode(errors="ignore").strip()
    if stem.partition(".")[0].casefold() in _DEVICES:
        stem = f"_{stem}"
    if not stem:
        return "workbook.xlsx"
    return f"{stem}.{ending}" if ending else stem


def workbook_name(name: str) -> str:
    """The name that a workbook is stored under: with the ending of a workbook.

    >>> workbook_name("case.XLSX"), workbook_name("data.csv")
    ('case.xlsx', 'data.csv.xlsx')
    """
    stem, _, ending = name.rpartition(".")
    known = f".{ending.lower()}"
    return stem + known if stem and known in ENDINGS else f"{name}.xlsx"

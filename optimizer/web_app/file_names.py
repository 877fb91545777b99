"""Names of files that came from elsewhere, made harmless."""

from __future__ import annotations

import unicodedata

MAX_STEM_BYTES = 120
"""Bytes of a name without its ending: file systems allow 255 for a whole name, and copies add
words to it."""
WORKBOOK_ENDINGS = (".xlsx", ".xlsm")
_ALLOWED_SIGNS = " -_.,()~$+#"
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789"),
}
"""Names that Windows takes for devices."""


def safe_name(name: str) -> str:
    """A file name without folders, control characters and signs that a system may interpret.

    >>> safe_name("../../etc/passwd"), safe_name("..\\\\plans\\\\my case.xlsx")
    ('passwd', 'my case.xlsx')
    >>> safe_name("a<b>|c.xlsx"), safe_name("con.xlsx"), safe_name("..")
    ('a_b__c.xlsx', '_con.xlsx', 'workbook.xlsx')
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    allowed = "".join(sign if sign.isalnum() or sign in _ALLOWED_SIGNS else "_" for sign in last)
    stem, dot, ending = allowed.strip(" .").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip(" .")
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
    ending = f".{ending.lower()}"
    return stem + ending if stem and ending in WORKBOOK_ENDINGS else f"{name}.xlsx"

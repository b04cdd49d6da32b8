"""Labels to codes: what a person typed or picked, recognised against a code list.

Labels are folded before they are compared: case, runs of white space (tabs, no-break spaces), the several kinds
of dashes and quotes, and the bytes that Windows-1252 leaves behind when it is read as Latin-1. A label may be the
code, a known spelling, or both (`W1 - White British`, `White British (W1)`). What is not recognised keeps its
text, so that it fails validity and is counted; it is never dropped or guessed.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from equality.exports.profile import PROFILES
from equality.measures.codes import code_list

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u202f\u200b\ufeff\t\r\n", " "),
        **dict.fromkeys("\u0096\u0097\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u0091\u0092\u2018\u2019`\u00b4", "'"),
        **dict.fromkeys('"\u0093\u0094\u201c\u201d', ""),
    }
)
_CODE_FIRST = re.compile(r"(?P<code>\w+)(?P<mark>\s*[-:.]\s*|\s)(?P<rest>.+)")
_CODE_LAST = re.compile(r"(?P<rest>.+?)(?P<mark>\s*[(\[])(?P<code>\w+)[)\]]")


def fold(label: str) -> str:
    """The form in which labels are compared."""
    text = label.translate(_CHARACTERS).casefold()
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" ?([-/]) ?", r"\1", text)


class Labels:
    """Recognises the labels of one characteristic in one export."""

    def __init__(
        self,
        codes: Iterable[str],
        labels: Mapping[str, str],
        blank: Iterable[str] = (),
        several: str | None = None,
    ) -> None:
        """Prepare the look-up.

        Args:
            codes: the code list.
            labels: spelling → code; later entries win.
            blank: spellings of nothing, beside empty and white space.
            several: separator of several answers in one cell.
        """
        self._known = {fold(code): code for code in codes}
        # What may stand as the code in `code - label`: the codes, and spellings that look like one (IC3, O1).
        self._code_like = dict(self._known)
        for label, code in labels.items():
            self._known[fold(label)] = code
            if re.fullmatch(r"\w*\d\w*", label):
                self._code_like[fold(label)] = code
        self._blank = {"", *map(fold, blank)}
        self._several = several

    def code(self, label: str | None) -> tuple[str | None, bool]:
        """The code of a label, and whether the label was recognised.

        Returns:
            None for a blank; the code of a recognised label; the label itself, trimmed, of any other.
        """
        if label is None or (folded := fold(label)) in self._blank:
            return None, True
        found = self._find(folded)
        if found is None and self._several and self._several in label:
            found = self._combined(label.split(self._several))
        return (found, True) if found is not None else (label.strip(), False)

    def _find(self, folded: str) -> str | None:
        if folded in self._known:
            return self._known[folded]
        for pattern in (_CODE_FIRST, _CODE_LAST):
            match = pattern.fullmatch(folded)
            code = self._code_like.get(match["code"]) if match else None
            if match is None or code is None:
                continue
            rest = self._known.get(match["rest"].strip())
            # A code and a label that contradict each other are not settled here: the cell is invalid. Words
            # that are not known beside the code are accepted only behind a mark: "M - Mael", not "M dunno".
            if rest == code or (rest is None and match["mark"].strip()):
                return code
        return None

    def _combined(self, parts: list[str]) -> str | None:
        """One code for a cell with several answers; None if any is unknown or they contradict each other."""
        folded = [f for part in parts if (f := fold(part)) not in self._blank]
        codes = {self._find(f) for f in folded}
        if None in codes or not codes:
            return None
        if len(codes) == 1:
            return codes.pop()
        several = self._known.get("several")
        return None if codes & {"N", "U", "NS", "PNTS"} else several


@functools.cache
def shared_labels(characteristic: str, folder: Path = PROFILES) -> dict[str, str]:
    """The spellings of a characteristic's codes that systems share, from `data/profiles/labels/`."""
    path = folder / "labels" / f"{characteristic}.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["label"]: row["code"] for row in csv.DictReader(file)}


def labels_for(characteristic: str, own: Mapping[str, str], blank: Iterable[str], several: str | None) -> Labels:
    """The recogniser for a characteristic: its code list, shared spellings, and an export's own, which win."""
    codes = code_list(characteristic)
    spelled = {c.label: c.code for c in codes.values()} | shared_labels(characteristic) | dict(own)
    return Labels(codes, spelled, blank, several)

"""What is on every slide: title, typeface, and the marking above and below."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn

from equality.briefing.document import Briefing
from equality.briefing.fitting import lines
from equality.briefing.slide_parts import LEFT, NAVY, RIGHT, SOFT, TITLE_HEIGHT, TITLE_SIZE, TOP, add_box, put

TYPEFACE: Final = "Arial"
MARKING, NUMBER = 11, 0.9
"""Size of the marking in points, and width of the slide's number in inches."""
SMALL_MARKING: Final = 9
"""Of a marking that is too long for one line."""
TITLE_ONLY: Final = 5
"""Place of the layout with nothing but a title among those of the default template."""


def describe_file(deck: Any, briefing: Briefing) -> None:
    """Title, author and subject of the file."""
    core, made = deck.core_properties, briefing.provenance.made_at.replace(tzinfo=None)
    core.title, core.author, core.subject = briefing.title, briefing.provenance.made_by, briefing.subtitle
    core.comments, core.language, core.last_modified_by = briefing.status, briefing.language, core.author
    core.created = core.modified = made
    core.revision = 1


def set_master(deck: Any, briefing: Briefing) -> None:
    """One clean layout: a title at the top left, the marking above and below it; the others of the template go."""
    master, layout = deck.slide_master, deck.slide_layouts[TITLE_ONLY]
    for other in [one for one in deck.slide_layouts if one is not layout]:
        deck.slide_layouts.remove(other)
    for holder in (*master.placeholders, *layout.placeholders):
        if holder.placeholder_format.type != 1:  # not a title
            holder.element.getparent().remove(holder.element)
        else:
            put(holder, LEFT, TOP, RIGHT - LEFT, TITLE_HEIGHT)
            holder.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            # Title, words and tables begin at one edge.
            holder.text_frame.margin_left = holder.text_frame.margin_right = 0
    for level in master.element.iter(qn("p:titleStyle")):
        properties = level.find(qn("a:lvl1pPr"))
        properties.set("algn", "l")
        words = properties.find(qn("a:defRPr"))
        words.set("sz", f"{TITLE_SIZE}00")
        words.set("b", "1")
        fill = words.find(qn("a:solidFill"))
        fill.clear()
        fill.append(fill.makeelement(qn("a:srgbClr"), {"val": str(NAVY)}))
    _typeface(master)
    # A text box can only be made on a slide: it is made there and moved to the master, so that it is on every slide.
    draft = deck.slides.add_slide(layout)
    marking = briefing.marking
    # A slide is often shown without those around it: it says itself which extract it is of.
    status = f"{briefing.status} {briefing.source}"
    below = f"{marking.classification} · {marking.handling}"
    boxes = [
        add_box(draft, LEFT, 0.12, RIGHT - LEFT, 0.3, [marking.classification], MARKING, bold=True, centred=True),
        add_box(draft, LEFT, 6.91, RIGHT - LEFT - NUMBER, 0.2, [status], _small(status, NUMBER), colour=SOFT),
        _number(draft, RIGHT - NUMBER, 6.91, NUMBER, 0.2),
        add_box(draft, LEFT, 7.12, RIGHT - LEFT, 0.34, [below], _small(below), bold=True, centred=True),
    ]
    for box in boxes:
        master.shapes._spTree.append(deepcopy(box._element))
    deck.part.drop_rel(deck.slides._sldIdLst[0].rId)
    del deck.slides._sldIdLst[0]


def _small(text: str, without: float = 0.0) -> int:
    """The size at which a line of the marking has room, in points."""
    return MARKING if lines(text, RIGHT - LEFT - without, MARKING) == 1 else SMALL_MARKING


def _number(slide: Any, left: float, top: float, width: float, height: float) -> Any:
    """A box with the number of whichever slide it is seen on."""
    box = add_box(slide, left, top, width, height, ["1"], MARKING, colour=SOFT)
    paragraph = box.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    run = paragraph.runs[0]._r
    field = run.makeelement(qn("a:fld"), {"id": "{5B1D5C0E-6E0A-4C5B-9A53-0C2F7C3A9D11}", "type": "slidenum"})
    field.extend(list(run))
    run.getparent().replace(run, field)
    return box


def _typeface(master: Any) -> None:
    theme = next(rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme"))
    theme._blob = theme.blob.replace(b'typeface="Calibri"', f'typeface="{TYPEFACE}"'.encode())

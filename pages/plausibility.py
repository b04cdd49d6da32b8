"""Plausibility: are the answers believable?"""

import streamlit as st

from dashboard import cards, checks, shell, show
from dashboard.text import plain

context = shell.enter("plausibility")
found = checks.made(context)
st.header(plain(checks.headline(context, found)), anchor=False)
st.caption(
    "A field can be filled in and still say nothing. Each card is a finding that chance does not explain, with its "
    "evidence and what it is no proof of. Whether an answer is true cannot be measured from an export."
)
hits = [check for check in found if check.findings and not check.missing]
# Side by side in pairs, so that a phone shows them in the same order.
for first in range(0, len(hits), 2):
    for side, check in zip(st.columns(2, gap="medium"), hits[first : first + 2], strict=False):
        with side:
            cards.card(context, check, cards.evidence(context, check))

quiet = [check for check in found if not check.findings and not check.missing]
if quiet:
    st.subheader("Looked at, nothing found", anchor=False)
    for check in quiet:
        st.markdown(f"- **{plain(check.title)}**: {plain(check.looked)}")
untold = [check for check in found if check.missing]
if untold:
    st.subheader("What this export cannot tell", anchor=False)
    for check in untold:
        st.markdown(f"- **{plain(check.title)}**: {plain(check.missing)}")
if context.table("answers") is None:
    st.info(checks.NOT_COUNTED)
show.how_counted(context)

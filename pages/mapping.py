"""Mapping: what does each column of this export mean?"""

import streamlit as st

from dashboard import desk, mapping, shell
from dashboard.text import plain
from equality.errors import EqualityError

shell.enter_without_data("mapping")
st.write(
    "Bring an export of your recording system. Its headings and a sample of its values are read; nothing is stored "
    "until you save the profile, and a profile holds no records."
)
given = st.file_uploader("Export file: CSV, TSV, workbook, Parquet, or a zip or gzip of one", key="mapping-file")
try:
    path = desk.kept(given, "mapping-upload")
except EqualityError as error:
    st.error(plain(str(error)))
else:
    if path:
        mapping.draw(path, "mapping")

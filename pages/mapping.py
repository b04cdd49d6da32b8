"""Mapping: what does each column of this export mean?"""

import streamlit as st

from dashboard import mapping, shell, upload

shell.enter_without_data("mapping")
st.write(
    "Bring an export of your recording system. Its headings and a sample of its values are read; nothing is stored "
    "until you save the profile, and a profile holds no records."
)
given = st.file_uploader("Export file: CSV, TSV, workbook, Parquet, or a zip or gzip of one", key="mapping-file")
if path := upload.kept(given, "mapping-upload"):
    mapping.draw(path, "mapping")

"""Measures how complete and valid protected characteristics are in police recording systems.

The way through: `exports` (a file becomes person-role records) → `store` (immutable snapshots) → `measures`
(Great Expectations decides the state of every cell, counts follow) → `analysis` (rates, intervals) → `charts`.
Nothing in this package imports Streamlit.
"""

"""The dashboard. Run it with `streamlit run app.py`."""

from dashboard import navigation

navigation.run()

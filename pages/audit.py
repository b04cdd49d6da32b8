"""Audit log: who did what, and is the log untouched?"""

from dashboard import audit_view, shell

shell.enter_without_data("audit")
audit_view.draw()

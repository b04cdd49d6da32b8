"""Settings: what holds here, and who decided it?"""

from dashboard import settings_page, shell

shell.enter_without_data("settings", settings_page.PART)
settings_page.draw()

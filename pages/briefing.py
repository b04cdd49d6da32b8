"""Briefing: what do I take to the meeting?"""

from dashboard import briefing_page, shell

briefing_page.draw(shell.enter("briefing"))

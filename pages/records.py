"""Records: which records, and who will fix them?"""

from dashboard import record_parts, shell, show

context = shell.enter("records")
record_parts.draw(context)
show.how_counted(context, records=False)

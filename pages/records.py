"""Records: which records, and who will fix them?"""

from dashboard import shell, show, worklist

context = shell.enter("records")
worklist.draw(context)
show.how_counted(context, records=False)

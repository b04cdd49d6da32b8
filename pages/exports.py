"""Exports: is the data in, and can I trust it?"""

from dashboard import data, history, loading, running, shell, snapshot_page

shell.enter_without_data("exports", history.SNAPSHOT)

if snapshot := history.asked():
    snapshot_page.draw(snapshot)
else:
    snapshots = data.every_snapshot()
    history.headline(snapshots)
    running.others(loading.flow().load)
    if shell.may_load():
        loading.draw()
    history.snapshots_table(snapshots)
    history.loads_table()

"""One module a chart: a data function (frame to frame) and a chart function (frame to Altair). Shows nothing."""

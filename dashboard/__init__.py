"""What the pages share: the shell, the filter bar and its link state, charts with their table twins."""

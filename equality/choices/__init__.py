"""What a force's administrators chose: settings, targets, and which area or team a label means from when to when."""

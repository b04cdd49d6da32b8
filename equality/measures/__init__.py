"""What *complete*, *valid* and *known* mean, and the counts that follow: suites, states, counts."""

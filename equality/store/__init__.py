"""What has been loaded: immutable snapshots in Parquet and the registry that makes them visible."""

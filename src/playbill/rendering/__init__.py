"""Results as people look at them: drawings and the report."""

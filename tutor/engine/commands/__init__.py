"""What each command does: one module per group; `tutor.engine.registry` joins them to the table."""

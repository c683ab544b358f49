"""What a user wrote (scenario), what the engine runs (plan), and the one function between them (resolve)."""

"""The pieces screens are made of; a widget tells its screen what happened by a message."""

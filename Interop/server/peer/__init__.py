"""The parts of the peer: a published server, the application behind it, and what commands it."""

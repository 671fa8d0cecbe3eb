"""The servers: who may come in, what is refused, and what answers at which address."""

"""Training the reader: rows with gold evidence -> questions -> examples -> batches -> weights.

Nothing of this runs when a question is answered. Start with ``python -m qa.train --help``.
"""

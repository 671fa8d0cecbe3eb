"""Measurements of Verbatim itself, each a command, ``python -m evals.studies.NAME``. Nothing below imports them.

How good: `table` (beside its peers: docs/measured.md), `fit` (what the reader's scores are worth; the constants of
`qa.read`), `followup` (questions that lean on earlier ones), `claims` (the checker), `conflict` (documents that
differ), `versions` (several of each document), `phrasing` (questions as people type them), `splitters` (libraries that
find sentences). How fast: `benchmarks` (indexing, search, cold start, beside peers), `speed` (reading), `load` (many
chats at once, and for an hour), `writing` (prose, by `standins` for language models).
"""

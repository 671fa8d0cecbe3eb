"""What a run found, shown: in the `terminal`, or as one HTML `page` with `plots`; both say it in the same `words`."""

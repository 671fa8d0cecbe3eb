"""Drafts a suite from your own documents: `evals.make.suite.make_suite`. The other modules are its stages."""

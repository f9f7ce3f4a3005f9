"""A question and pages become an answer whose every statement is cited."""

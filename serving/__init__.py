"""The ways in for people and programs: today the command line."""

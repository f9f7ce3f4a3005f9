"""The command line: every command is a thin layer over `recto.open`."""

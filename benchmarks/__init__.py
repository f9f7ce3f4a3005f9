"""Quality and speed, measured; a leaf that nothing imports but `recto bench`."""

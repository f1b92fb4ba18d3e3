"""DRF: what models declare and what the migrations make, where the two are not the same."""

"""What pytest leaves alone here."""

collect_ignore = ["mistakes", "sampler"]  # pages that test_sampler.py builds

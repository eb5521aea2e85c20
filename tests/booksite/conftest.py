"""What pytest leaves alone here."""

collect_ignore = ["sampler"]  # pages that test_sampler.py builds

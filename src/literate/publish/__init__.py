"""What readers get: pages as a clean build would make them, EPUB, PDF."""

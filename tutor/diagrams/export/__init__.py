"""A drawing as a file for slides and pages: SVG, PNG, GIF."""

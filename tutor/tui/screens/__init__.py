"""The screens, one file each, with the style sheet of the same name beside it."""

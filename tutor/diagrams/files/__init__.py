"""Files of Redis drawn: each row some bytes of the file and what they say.

0000009B  F8                 IDLE: how long the key was not used
0000009D  0B                 type 11: set · intset
0000009F  73                   key s
"""

from tutor.diagrams.files.rows import Part, draw_file

__all__ = ["Part", "draw_file"]

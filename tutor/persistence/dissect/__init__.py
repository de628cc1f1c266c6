"""A file of Redis seen through: what each of its bytes says.

    file ─▶ pieces (a header, a field, a key with its value, a command …) ─▶ spans (some bytes each)

`open_bytes` finds out what a file is; pieces are found by walking over lengths, so that a file of
gigabytes opens at once; spans are made of the pieces that somebody looks at.
"""

from tutor.persistence.dissect.dissection import Dissection, Kind, kind_of, open_bytes
from tutor.persistence.dissect.spans import Buffer, Piece, Span

__all__ = ["Buffer", "Dissection", "Kind", "Piece", "Span", "kind_of", "open_bytes"]

"""How a typed line becomes words: the rules live in `tutor.engine.cmdline`, shared with lessons."""

from tutor.engine.cmdline import Token, UnbalancedQuotes, escape, quote, split, tokens

__all__ = ["Token", "UnbalancedQuotes", "escape", "quote", "split", "tokens"]

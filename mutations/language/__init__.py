"""What operators share: patterns, the matcher, targets, edits and how they become text.

::

    errors  lines  replacement        no syntax tree
    target                            symbols of a file, through ast
    syntax  pattern  matcher          trees, patterns, and when they are the same code
    search                            which places a pattern means
    code  template  edit  comment     a parsed target, and changes to it as text and as tree
    resolve                           from operator to proved replacements
"""

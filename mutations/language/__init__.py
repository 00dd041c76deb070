"""What operators share: patterns, the matcher, targets, edits and how they become text.

Each line imports from those above it only::

    errors  lines  indentation  metavariable     text
    replacement  target                          places in a text; symbols of a file, through ast
    operator  registry                           what an edit says
    literal  syntax  pattern                     code without its form, and code with holes
    matcher  tree  template                      when two are the same; a parsed target; filling
    search  edit  comment                        which places are meant; edits as text and tree
    expression_edits  statement_edits  call_edits  code     what operators may ask and change
    proof  resolve                               from operator to proved replacements
"""

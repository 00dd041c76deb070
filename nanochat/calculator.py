"""The calculator that the model may call.

What it is given is written by a language model, so it is parsed, never run: arithmetic on numbers,
and counting in a string. Both the input and every intermediate result are bounded.
"""

import ast
import math
import operator
import re
import warnings

MAX_LENGTH = 200        # characters of an expression
MAX_BITS = 512          # of an integer on the way

BINARY = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
}
UNARY = {ast.UAdd: operator.pos, ast.USub: operator.neg}
GROUPED_DIGITS = re.compile(r"(?<![\w.,])\d{1,3}(,\d{3})+(?![\d,])", re.ASCII)


class Unsupported(Exception):
    """The expression asks for something that a calculator does not do."""


def use_calculator(expression: str):
    """Evaluate what a model wrote between its tool tokens.

    Numbers may have commas between thousands. A string may be asked for `.count("...")`; then
    commas are left alone.

    Args:
        expression: str, such as "25 + 17", "1,000 * 3" or "'strawberry'.count('r')".

    Returns:
        An int or float; None for whatever it cannot or will not compute.
    """
    if len(expression) > MAX_LENGTH:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(join_thousands(expression).strip(), mode="eval")
        return evaluate(tree.body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError, Unsupported):
        return None


def join_thousands(expression: str) -> str:
    """Remove the commas between groups of three digits, unless there is a string to spoil."""
    if "'" in expression or '"' in expression:
        return expression
    return GROUPED_DIGITS.sub(lambda number: number[0].replace(",", ""), expression)


def evaluate(node):
    """Compute a syntax tree to a number. Raises Unsupported, ArithmeticError or ValueError."""
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            return checked(value)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
            return UNARY[type(op)](evaluate(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            left, right = evaluate(left), evaluate(right)
            if isinstance(op, ast.Pow):
                refuse_large_power(left, right)
            return checked(BINARY[type(op)](left, right))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="count"),
                      args=[ast.Constant(value=str(part))], keywords=[]):
            return text.count(part)
    raise Unsupported(ast.dump(node))


def refuse_large_power(base, exponent):
    """Raise Unsupported before a power whose digits would not fit, instead of after."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and exponent * (base.bit_length() - 1) > MAX_BITS:
        raise Unsupported(f"{base} ** {exponent}")


def checked(value):
    """Return a real, finite number of bounded size; raise Unsupported for any other."""
    if isinstance(value, int) and value.bit_length() <= MAX_BITS:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise Unsupported(repr(type(value)))

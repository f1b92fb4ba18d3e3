"""From bytes to text, and the lines of a text."""

from __future__ import annotations

import codecs
import io
import re

import msgspec

_PYTHON_SUFFIXES = (".py", ".pyi", ".pyw")
_LINE_END = re.compile(r"\r\n|\r|\n")


class UnreadableText(msgspec.Struct, frozen=True):
    """Why a file has no text: "binary", or what is wrong with its encoding."""

    reason: str


def decode(data: bytes, path: str) -> str | UnreadableText:
    """The text of a file, without its byte order mark; `path` only tells the language.

    Python files are decoded as Python does (PEP 263: a byte order mark or a coding cookie, else UTF-8), all others as
    UTF-8, or as UTF-16 where a byte order mark says so. Bytes that do not fit make the file unreadable.
    """
    is_python = path.endswith(_PYTHON_SUFFIXES)
    try:
        text = data.decode(_python_encoding(data) if is_python else _encoding(data))
    except SyntaxError as error:  # how `tokenize` reports an unknown cookie
        return UnreadableText(error.msg)
    except UnicodeDecodeError as error:
        if b"\0" in data:
            return UnreadableText("binary")
        return UnreadableText(f"byte {error.start} is not valid {error.encoding}")
    except (LookupError, UnicodeError, ValueError) as error:  # a cookie that names no text encoding
        return UnreadableText(str(error))
    return UnreadableText("binary") if "\0" in text else text


def _encoding(data: bytes) -> str:
    return "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def _python_encoding(data: bytes) -> str:
    if not any(b"coding" in line for line in data.split(b"\n", 2)[:2]):
        return "utf-8-sig"
    from tokenize import detect_encoding

    encoding, _ = detect_encoding(io.BytesIO(data).readline)
    return encoding


def line_starts(text: str) -> tuple[int, ...]:
    """The offset at which each line starts. A line ends at LF, CRLF or CR only, as for Python's tokenizer.

    (`str.splitlines` also ends a line at form feeds, U+2028 and the like.) What follows the last line end is a line
    too, even where it is empty.
    """
    return (0, *[line_end.end() for line_end in _LINE_END.finditer(text)])

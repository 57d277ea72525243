#!/usr/bin/env python3
"""Writes Sources/Hub/Records/Words/WordTable.swift: which characters are parts of words, and which are written as others when words are compared.

Needs Python 3.11 alone, whose tables are those of Unicode 14. The table is made once: it is not made again with other tables, since
words that were indexed would no longer be found (Protocols/records.md, REC-65)."""
import sys
import unicodedata

assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version
LINE = 118
# Letters that have no decomposition, as people type them without their marks.
TYPED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t",
         "ə": "e", "ς": "σ", "ё": "е", "ґ": "г",
         # Alef, ya, kaf and ha, as they are typed on different keyboards.
         "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ؤ": "و", "ئ": "ي"}
DROPPED = {"ـ", "ء", "'", "’", "ʼ", "ʻ", "`", "´", "‘", "ʹ", "ʺ", "ʽ", "ʾ", "ʿ", "\u00ad", "\u200c", "\u200d", "\u2060"}


def is_mark(character):
    return unicodedata.category(character) in ("Mn", "Me")


def is_word(character):
    return unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Mc"


def folded(character):
    """The character without marks, in small letters; '' where it is dropped."""
    if character in DROPPED or is_mark(character):
        return ""
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    result = ""
    for part in unicodedata.normalize("NFKD", character):
        for small in "".join(TYPED.get(letter, letter) for letter in part.lower()):
            if not is_mark(small) and small not in DROPPED and is_word(small):
                result += small
    return result


def main():
    assert len(sys.argv) == 1, __doc__
    points = [c for c in range(0x80, 0x20000) if not 0xd800 <= c <= 0xdfff] + list(range(0x20000, 0x31400))
    maps, ranges, dropped = [], [], []
    for point in points:
        character = chr(point)
        # Hangul syllables and unified ideographs are compared as they are.
        if 0xac00 <= point <= 0xd7a3:
            kind, text = True, character
        elif character in DROPPED or is_mark(character):
            dropped.append(point)
            continue
        else:
            kind, text = is_word(character), folded(character)
        if not kind:
            continue
        if not text:
            continue
        ranges.append(point)
        if text != character:
            maps.append(character + text)

    def joined(points):
        spans, start, last = [], None, None
        for point in points + [None]:
            if start is not None and point != last + 1:
                spans.append(f"{start:x}" + (f"-{last:x}" if last > start else ""))
                start = None
            if start is None:
                start = point
            last = point
        return spans

    def block(words):
        lines, line = [], ""
        for word in words:
            if line and len(line) + 1 + len(word) > LINE:
                lines.append(line + " ")
                line = ""
            line += (" " if line else "") + word
        return "\n".join("    " + text + "\\" for text in lines) + ("\n" if lines else "") + "    " + line

    print("// Made by Deploy/tables/make_word_table.py from Unicode 14. It stays as it is: REC-65.\n")
    print("/// Characters in words. Code points in hexadecimal, and pairs of a character and how it is compared.")
    print("enum WordTable {")
    print("  /// Letters, digits and marks of their own.")
    print('  static let wordCharacters = """\n' + block(joined(ranges)) + '\n    """\n')
    print("  /// Marks on letters, and signs that some write inside of words.")
    print('  static let droppedCharacters = """\n' + block(joined(dropped)) + '\n    """\n')
    print("  /// A character, and behind it what it is compared as; code points in hexadecimal, since some are not drawn.")
    print('  static let comparedAs = """\n' + block([".".join(f"{ord(c):x}" for c in m) for m in maps]) + '\n    """')
    print("}")


if __name__ == "__main__":
    main()

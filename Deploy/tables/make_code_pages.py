#!/usr/bin/env python3
"""Writes Sources/Hub/PassengerLists/Encoding/CodePages.swift: the upper halves of the code pages of Windows, from Python's codecs.

    python3 Deploy/tables/make_code_pages.py >Sources/Hub/PassengerLists/Encoding/CodePages.swift"""
PAGES = [1250, 1251, 1252, 1254, 1256]


def points(page):
    """A byte without a meaning is 0, which no page has in its upper half."""
    for byte in range(0x80, 0x100):
        try:
            yield ord(bytes([byte]).decode(f"cp{page}"))
        except UnicodeDecodeError:
            yield 0


def main():
    print("// Made by Deploy/tables/make_code_pages.py from Python's codecs.\n")
    print("/// Code points of the bytes 0x80 to 0xff; 0: the page has no such character.")
    print("enum CodePages {")
    for number, page in enumerate(PAGES):
        print(f"{'' if number == 0 else chr(10)}  static let windows{page}: [UInt16] = [")
        numbers = [f"0x{point:04x}" for point in points(page)]
        for start in range(0, 128, 8):
            print("    " + ", ".join(numbers[start:start + 8]) + ",")
        print("  ]")
    print("}")


if __name__ == "__main__":
    main()

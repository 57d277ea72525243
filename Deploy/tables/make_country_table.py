#!/usr/bin/env python3
"""Writes Sources/Hub/Records/Values/CountryTable.swift: codes of ISO 3166-1 with their three letters, and the names that lists have in their place.

Names are those of tzdata's iso3166.tab (in the public domain) and the ones below; three letters are from Debian's iso-codes. Codes come and
go slowly: the table is made anew by hand, and looked at."""
import json
import unicodedata

TABLE = "/usr/share/zoneinfo/iso3166.tab"
CODES = "/usr/share/iso-codes/json/iso_3166-1.json"
# As the United Nations and others write them, and as people do.
NAMES = {
    "ae": ["UAE"], "ba": ["Bosnia"], "bn": ["Brunei Darussalam"], "bo": ["Plurinational State of Bolivia", "Bolivia (Plurinational State of)"],
    "cf": ["Central African Republic"], "kn": ["Saint Kitts and Nevis"], "lc": ["Saint Lucia"], "vc": ["Saint Vincent and the Grenadines"], "ws": ["Samoa"],
    "cd": ["Democratic Republic of the Congo", "DR Congo", "Congo (Democratic Republic of the)"],
    "cg": ["Congo", "Republic of the Congo", "Congo Brazzaville"], "ci": ["Ivory Coast", "Cote d'Ivoire"], "cv": ["Cabo Verde"],
    "cz": ["Czechia"], "fm": ["Micronesia (Federated States of)"], "gb": ["United Kingdom", "UK", "Great Britain", "England",
        "United Kingdom of Great Britain and Northern Ireland"], "gm": ["The Gambia", "Gambia"], "hk": ["Hong Kong SAR"],
    "ir": ["Iran (Islamic Republic of)", "Islamic Republic of Iran"], "kg": ["Kyrgyzstan", "Kyrgyz Republic"],
    "kp": ["Democratic People's Republic of Korea", "North Korea", "DPRK"], "kr": ["Republic of Korea", "South Korea"],
    "la": ["Lao People's Democratic Republic", "Laos"], "ly": ["Libyan Arab Jamahiriya"], "md": ["Republic of Moldova", "Moldova"],
    "mk": ["North Macedonia", "Macedonia", "The former Yugoslav Republic of Macedonia"], "mm": ["Myanmar", "Burma"],
    "nl": ["The Netherlands", "Netherlands", "Holland"], "ps": ["State of Palestine", "Palestine", "Occupied Palestinian Territory"],
    "ru": ["Russian Federation", "Russia"], "sy": ["Syrian Arab Republic", "Syria"], "sz": ["Eswatini", "Swaziland"],
    "tl": ["Timor-Leste", "East Timor"], "tr": ["Türkiye", "Turkey"], "tw": ["Taiwan"], "tz": ["United Republic of Tanzania", "Tanzania"],
    "us": ["United States of America", "United States", "USA"], "va": ["Holy See"],
    "ve": ["Venezuela (Bolivarian Republic of)", "Bolivarian Republic of Venezuela", "Venezuela"], "vn": ["Viet Nam", "Vietnam"],
    "xk": ["Kosovo"],
}
# Issuers of documents (ICAO 9303, part 3, section 5) that are no codes of ISO.
ISSUERS = {"de": ["D"], "gb": ["GBD", "GBN", "GBO", "GBP", "GBS"], "xk": ["RKS", "XKX"], "cd": ["ZAR"], "ro": ["ROM"], "tl": ["TMP"]}


def words(name):
    """As WordFolding cuts them, for these names."""
    text = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if unicodedata.category(c) != "Mn")
    text = text.replace("'", "").replace("’", "").replace("ı", "i").replace("ø", "o")
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def main():
    three = {entry["alpha_2"].lower(): entry["alpha_3"] for entry in json.load(open(CODES, encoding="utf-8"))["3166-1"]}
    names = {}
    for line in open(TABLE, encoding="utf-8"):
        if not line.startswith("#"):
            code, name = line.rstrip("\n").split("\t")
            names[code.lower()] = [name.replace("&", "and")]
    # "Myanmar (Burma)" is Myanmar; "Congo (Rep.)" and "Congo (Dem. Rep.)" are not both Congo.
    short = [name.split(" (")[0] for all_names in names.values() for name in all_names]
    for all_names in names.values():
        name = all_names[0].split(" (")[0]
        if short.count(name) == 1 and name not in all_names:
            all_names.append(name)
    names.setdefault("xk", [])
    seen = {}
    print("// Made by Deploy/tables/make_country_table.py from tzdata and iso-codes.\n")
    print("/// A country a line: its code, its letters in documents, and its names as folded words.")
    print("enum CountryTable {\n  static let text = \"\"\"")
    for code in sorted(names):
        letters = ([three[code]] if code in three else []) + ISSUERS.get(code, [])
        folded = list(dict.fromkeys(words(name) for name in names[code] + NAMES.get(code, [])))
        for name in folded + letters:
            assert seen.setdefault(name, code) == code, (name, code, seen[name])
        print(f"    {code};{','.join(letters)};{','.join(folded)}")
    print("    \"\"\"\n}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Makes Sources/Hub/CNameTables/name_tables.bin: the tables from which `Matching` folds and compares names.

    python3 -m venv /tmp/tables && /tmp/tables/bin/pip install pyicu==2.17 zstandard==0.25.0
    pip download --no-deps --only-binary :all: --python-version 3.11 --platform manylinux2014_x86_64 -d /tmp/wheels rigour==2.6.1 nicknames==1.0.1
    /tmp/tables/bin/python Deploy/tables/generate.py /tmp/wheels

Sources, each pinned by its SHA-256, and refused otherwise:
  rigour 2.6.1     names of persons, legal forms, words and numbers of organisations, places (MIT; names from Wikidata, CC0)
  nicknames 1.0.1  pairs of a name and its short form (Apache-2.0)
  ICU 72.1         Unicode 15.0: decompositions, cases, scripts, and the Latin spelling of scripts that the tables below do not spell
The file is the same at every run. `docs/decisions/0011-matching.md` says why it is laid out so; TableFile.swift reads it.
"""
import collections, csv, functools, hashlib, io, json, os, re, struct, sys, zipfile
import icu, zstandard

WHEELS = {
    "rigour-2.6.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": "b2e19a4da4f047fb780d5075b036099fe9a9b2a6e0ff1c18de1bf4826103d3f8",
    "nicknames-1.0.1-py3-none-any.whl": "30608a6a50086bb508e6d5f4fb618ef4f988d5604f73ec1ebcccbc92952f9de9",
}
ICU, UNICODE = "72.1", "15.0"
HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "..", "Sources", "CNameTables", "name_tables.bin")
MAGIC, LAYOUT = 0x4D414E4C, 1
SCALARS = 0x32000                       # tables end here: above are no letters of names
BLOCK = 128

# As `Script` in Matching numbers them.
SCRIPTS = ["Latn", "Grek", "Cyrl", "Hebr", "Arab", "Hang", "Kana", "Hani", "Armn", "Geor", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda",
           "Mlym", "Sinh", "Thai", "Laoo", "Khmr", "Mymr", "Ethi", "Thaa", "Other"]
INDIC = {"Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh"}
SEPARATOR, DROP, LETTER, MARK, DIGIT, VOWEL_SIGN, VIRAMA, CONSONANT, PREVOWEL = range(9)

CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўќѓљњџјәөүұқғңһҳҷӣӯћђѕ",
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i yi ye g u k g l n dzh y a o u u k g n h h j i u c dj dz".replace("-", "_").split()))
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f kh ps o".split()))
GREEK_PAIRS = {"μπ": "b", "ντ": "d", "γκ": "g", "γγ": "ng", "ου": "u", "αυ": "av", "ευ": "ev", "οι": "i", "ει": "i", "αι": "e"}
LATIN = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ə": "a", "ŋ": "n", "ħ": "h", "ʻ": "", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ŧ": "t", "ƴ": "y"}
ARABIC_FOLD = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ة": "ه", "ؤ": "و", "ئ": "ي"})
KHMER = dict(zip("កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ", "k kh k kh ng ch chh ch chh nh d th d th n t th t th n b ph p ph m y r l v s h l a".split()))
KHMER |= dict(zip("ាិីឹឺុូួើឿៀេែៃោៅ", "a i i e eu u u uo ae eua ie e e ai o au".split()))
LAO = dict(zip("ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢຣລວຫອຮະັາິີຶືຸູເແໂໃໄົຽ", "k kh kh ng ch s s ny d t th th n b p ph f ph f m y r l v h o h a a a i i u u u u e ae o ai ai o ia".split()))
THAI_VOWELS = dict(zip("ะัาิีึืุูเแโใไๅ", "a a a i i ue ue u u e ae o ai ai a".split()))
DROPPED = set("'’‘`´ʿʾʻʼ") | {chr(c) for c in [0x640, 0x670, *range(0x64B, 0x660), *range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2, *range(0x5C4, 0x5C8),
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD, 0x34F, 0x61C, 0x2BC, 0x2BB, 0x2BF, 0x2BE]}

translit = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower()")
simplified = icu.Transliterator.createInstance("Traditional-Simplified")
nfkd = icu.Normalizer2.getInstance(None, "nfkc", icu.UNormalizationMode2.DECOMPOSE)
nfkc = icu.Normalizer2.getInstance(None, "nfkc", icu.UNormalizationMode2.COMPOSE)
nfc = icu.Normalizer2.getInstance(None, "nfc", icu.UNormalizationMode2.COMPOSE)


@functools.lru_cache(maxsize=None)
def script_of(c):
    code = icu.Script.getScript(chr(c)).getShortName()
    code = {"Hira": "Kana"}.get(code, code)
    return code if code in SCRIPTS else "Other"


@functools.lru_cache(maxsize=None)
def kind_of(c):
    char = chr(c)
    if char in DROPPED: return DROP
    if char == "ー": return DROP
    category = icu.Char.charType(char)
    if icu.Char.digit(char, 10) >= 0: return DIGIT
    if script_of(c) in INDIC and icu.Char.getCombiningClass(char) == 9: return VIRAMA
    if script_of(c) in INDIC and category in (icu.UCharCategory.NON_SPACING_MARK, icu.UCharCategory.COMBINING_SPACING_MARK):
        return VOWEL_SIGN if translit.transliterate(char).startswith("\u0314") else LETTER if translit.transliterate(char) else DROP
    if script_of(c) in ("Khmr", "Laoo", "Thai") and category in (icu.UCharCategory.NON_SPACING_MARK, icu.UCharCategory.COMBINING_SPACING_MARK):
        return LETTER if char in KHMER or char in LAO or char in THAI_VOWELS else DROP
    if char in "เแโใไເແໂໃໄ": return PREVOWEL
    if category in (icu.UCharCategory.NON_SPACING_MARK, icu.UCharCategory.COMBINING_SPACING_MARK, icu.UCharCategory.ENCLOSING_MARK): return MARK
    if icu.Char.isalpha(char):
        return CONSONANT if script_of(c) in INDIC and re.fullmatch("[bcdfghjklmnpqrstvwxyz]+a", re.sub("[^a-z]", "", translit.transliterate(char))) else LETTER
    return SEPARATOR


@functools.lru_cache(maxsize=None)
def latin_of(c):
    char = chr(c)
    for table in (LATIN, CYRILLIC, GREEK, KHMER, LAO, THAI_VOWELS):
        if char in table: return table[char].replace("_", "")
    script = script_of(c)
    if script == "Hang": return ""      # syllables are spelt by rule
    if script in ("Latn", "Grek", "Cyrl"):
        base = nfkd.normalize(char)
        if base != char: return "".join(latin_of(ord(x)) if x != char and ord(x) >= 0x80 else re.sub("[^a-z0-9]", "", x.lower()) for x in base)
        if "a" <= char <= "z" or "0" <= char <= "9": return char
        if script == "Grek": return ""
    if kind_of(c) == DIGIT: return str(icu.Char.digit(char, 10))
    return re.sub("[^a-z0-9]", "", translit.transliterate(char))


@functools.lru_cache(maxsize=None)
def lower_of(char):
    """The small letter; for a sign of Han its simplified form."""
    if script_of(ord(char)) != "Hani": return icu.Char.tolower(char)
    simple = simplified.transliterate(char)
    return simple if len(simple) == 1 else char


def decompose(c):
    whole = nfkd.normalize(chr(c))
    return [ord(x) for x in whole] if whole != chr(c) and not 0xAC00 <= c < 0xD7A4 else []


def scalar_tables():
    records, index = [bytes(16)], {bytes(16): 0}
    pool, latin = [], bytearray()
    latin_at = {}
    stage1, blocks, stage2 = [], {}, []
    compose = {}
    for start in range(0, SCALARS, BLOCK):
        row = []
        for c in range(start, start + BLOCK):
            if 0xD800 <= c < 0xE000 or not icu.Char.isdefined(c) or 0xAC00 <= c < 0xD7A4:
                # A syllable of Hangul is a letter that the code spells and takes apart.
                record = struct.pack("<IHBBHBBBxxx", 0, 0, 0, 0, 0, 0, SCRIPTS.index("Hang"), LETTER) if 0xAC00 <= c < 0xD7A4 else bytes(16)
            else:
                char = chr(c)
                lower = lower_of(char)
                lower = 0 if lower == char else ord(lower)
                apart = decompose(c)
                at = len(pool)
                if apart:
                    key = tuple(apart)
                    at = next_at.setdefault(key, len(pool))
                    if at == len(pool): pool.extend(apart)
                spelt = latin_of(c).encode("ascii")[:8]
                if spelt not in latin_at:
                    latin_at[spelt] = len(latin)
                    latin.extend(spelt)
                record = struct.pack("<IHBBHBBBxxx", lower, at if apart else 0, len(apart), icu.Char.getCombiningClass(char),
                                     latin_at[spelt], len(spelt), SCRIPTS.index(script_of(c)), kind_of(c))
                raw = nfd_pair(c)
                if raw: compose[raw] = c
            if record not in index:
                index[record] = len(records)
                records.append(record)
            row.append(index[record])
        key = tuple(row)
        if key not in blocks:
            blocks[key] = len(blocks)
            stage2.extend(row)
        stage1.append(blocks[key])
    assert len(records) < 65536 and len(pool) < 65536 and len(latin) < 65536
    pairs = b"".join(struct.pack("<III", a, b, c) for (a, b), c in sorted(compose.items()))
    return [struct.pack(f"<{len(stage1)}H", *stage1), struct.pack(f"<{len(stage2)}H", *stage2), b"".join(records),
            struct.pack(f"<{len(pool)}I", *pool), bytes(latin), pairs]


next_at = {}
nfd = icu.Normalizer2.getInstance(None, "nfc", icu.UNormalizationMode2.DECOMPOSE)


def nfd_pair(c):
    """The pair that NFC composes into this scalar."""
    if 0xAC00 <= c < 0xD7A4: return None
    apart = nfd.normalize(chr(c))
    if len(apart) < 2: return None
    raw = nfc.normalize(apart[:-1]) + apart[-1]
    if len(raw) != 2 or nfc.normalize(raw) != chr(c): return None
    return ord(raw[0]), ord(raw[1])


# ---------------------------------------------------------------- words

def fnv(text):
    h = 0xCBF29CE484222325
    for byte in text.encode("utf-8"): h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return (h ^ (h >> 32)) & 0xFFFFFFFF


def word_key(word):
    """As `Word.key`: Latin letters where the script is spelt letter by letter, the word itself otherwise."""
    text = "".join(lower_of(c) for c in nfkc.normalize(word))
    text = "".join(c for c in text if kind_of(ord(c)) not in (DROP, MARK))
    first = next((c for c in text if kind_of(ord(c)) not in (DIGIT, SEPARATOR)), None)
    if first is None: return None
    script = script_of(ord(first))
    if any(kind_of(ord(c)) == SEPARATOR for c in text): return None
    if script not in ("Latn", "Grek", "Cyrl"): return text.translate(ARABIC_FOLD)
    out, i = [], 0
    bare = "".join(c for c in nfkd.normalize(text) if not icu.Char.getCombiningClass(c)) if script == "Grek" else text
    while i < len(bare):
        pair = GREEK_PAIRS.get(bare[i:i + 2])
        if pair: out.append(pair); i += 2
        else: out.append(latin_of(ord(bare[i]))); i += 1
    return "".join(out) or None


CLASSES = {"b": "B", "p": "B", "c": "K", "k": "K", "q": "K", "g": "K", "x": "K", "d": "D", "t": "T", "f": "F", "v": "F", "w": "F", "j": "J", "s": "S", "z": "S", "h": "H", "l": "L", "r": "R", "m": "M", "n": "N"}


def consonants(spelt): return {CLASSES[c] for c in spelt if c in CLASSES}


@functools.lru_cache(maxsize=None)
def spelling(word): return re.sub("[^a-z]", "", translit.transliterate(word))


def edits(a, b, most):
    if abs(len(a) - len(b)) > most: return most + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            last, row[j + 1] = row[j + 1], min(row[j + 1] + 1, row[j] + 1, last + (x != y))
    return row[-1]


def groups(blob):
    """Words of which a group says that they are one name, and that their letters alone would not say."""
    numbers, members = {}, collections.defaultdict(set)
    for line in blob.decode("utf-8").splitlines():
        forms, _, name = line.partition(" => ")
        words = {}
        for word in forms.split(","):
            word = word.strip()
            if word and " " not in word:
                key = word_key(word)
                if key and len(key) > 1: words.setdefault(key, spelling(word))
        if len(words) < 2: continue
        keep = set()
        keys = sorted(words)
        for i, a in enumerate(keys):
            for b in keys[i + 1:]:
                ca, cb = consonants(words[a]), consonants(words[b])
                if ca and cb and 2 * len(ca & cb) < min(len(ca), len(cb)): continue
                if a.isascii() and b.isascii() and edits(a, b, 1) <= 1: continue
                keep |= {a, b}
        if len(keep) < 2: continue
        number = numbers.setdefault(name.strip(), len(numbers) + 1)
        for key in keep: members[key].add(number)
    return members


def word_tables(blob, nicknames):
    members = groups(blob)
    nicks = set()
    for row in csv.DictReader(io.StringIO(nicknames.decode("utf-8"))):
        a, b = word_key(row["name1"]), word_key(row["name2"])
        if a and b and a != b: nicks.add(tuple(sorted((fnv(a), fnv(b)))))
    nicked = {h for pair in nicks for h in pair}
    by_hash = collections.defaultdict(set)
    for key, numbers in members.items(): by_hash[fnv(key)] |= numbers
    for h in nicked: by_hash.setdefault(h, set())
    lists, at = [], {}
    values = []
    for h in sorted(by_hash):
        numbers = sorted(by_hash[h])
        flag = 0x40000000 if h in nicked else 0
        if len(numbers) > 1:
            key = tuple(numbers)
            if key not in at:
                at[key] = len(lists)
                lists.extend([len(numbers), *numbers])
            values.append(0x80000000 | flag | at[key])
        else:
            values.append(flag | (numbers[0] if numbers else 0))
    hashes = sorted(by_hash)
    print(f"{len(hashes)} words in groups or with short forms, {len(nicks)} short forms")
    return [struct.pack(f"<{len(hashes)}I", *hashes), struct.pack(f"<{len(values)}I", *values), struct.pack(f"<{len(lists)}I", *lists),
            b"".join(struct.pack("<II", *pair) for pair in sorted(nicks))]


def lines(rows):
    return "\n".join(sorted({"\t".join(row) for row in rows if all(row)})).encode("utf-8")


def organisation_tables(legal, symbols, ordinals, territories, stopwords):
    forms, generics, rows = {}, {}, []
    for entry in legal:
        name = entry.get("compare") or entry.get("display") or entry["aliases"][0]
        number = forms.setdefault(name.lower(), len(forms) + 1)
        kind = entry.get("generic") or ""
        generic = generics.setdefault(kind, len(generics)) if kind else 0
        if kind and not generic: generic = generics[kind] = len(generics) + 1
        for alias in {*entry["aliases"], entry.get("display") or "", entry.get("compare") or ""}:
            alias = nfkc.normalize(alias).strip()
            if alias: rows.append((str(number), str(generic), alias))
    words = [(f"{table[4]}{name}", word) for table in ("org_symbols", "org_domains") for name, found in symbols[table].items() for word in {*found, name.lower()}]
    numbers = [(str(x["number"]), form) for x in ordinals for form in x["forms"]]
    places = [(name,) for t in territories for name in {t["name"], t.get("full_name") or t["name"], *t.get("names_strong", [])} if len(name) > 3]
    return [lines(rows), lines(words), lines(numbers), lines(places), lines((w,) for w in stopwords)]


def resources(wheels):
    contents = {}
    for name, expected in WHEELS.items():
        data = open(os.path.join(wheels, name), "rb").read()
        found = hashlib.sha256(data).hexdigest()
        if found != expected: sys.exit(f"{name}: SHA-256 {found}, expected {expected}")
        contents[name.split("-")[0]] = zipfile.ZipFile(io.BytesIO(data))
    nicknames = contents["nicknames"].read("nicknames/names.csv")
    binary = next(n for n in contents["rigour"].namelist() if n.endswith(".so"))
    data, found, at = contents["rigour"].read(binary), {}, 0
    while (at := data.find(b"\x28\xb5\x2f\xfd", at)) >= 0:
        try: blob = zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
        except zstandard.ZstdError: blob = b""
        for name, mark in (("names", b" => Q"), ("symbols", b'"org_domains"'), ("legal", b'"aliases"'), ("territories", b'"full_name"'), ("ordinals", b'"number"')):
            if mark in blob[:4000] or name == "ordinals" and mark in blob[-200:] and b'"forms"' in blob[:100]: found.setdefault(name, blob)
        at += 4
    return nicknames, found


def main(wheels):
    if icu.ICU_VERSION != ICU or not icu.UNICODE_VERSION.startswith(UNICODE): sys.exit(f"ICU {ICU} with Unicode {UNICODE}, please")
    nicknames, found = resources(wheels)
    symbols = json.loads(found["symbols"])
    sections = scalar_tables()
    sections += word_tables(found["names"], nicknames)
    stopwords = "the of and und y et for fur in de del des la le les los las da do dos di der die das den van i a an at".split()
    sections += organisation_tables(json.loads(found["legal"]), symbols, json.loads(found["ordinals"]),
                                    [json.loads(line) for line in found["territories"].decode().splitlines()], stopwords)
    head = 8 + 8 * len(sections)
    out, table, at = bytearray(), bytearray(), (head + 7) // 8 * 8
    for section in sections:
        table += struct.pack("<II", at, len(section))
        padded = section + bytes(-len(section) % 8)
        out += padded
        at += len(padded)
    whole = struct.pack("<IHH", MAGIC, LAYOUT, len(sections)) + table
    whole += bytes(-len(whole) % 8) + out
    os.makedirs(os.path.dirname(TARGET), exist_ok=True)
    open(TARGET, "wb").write(whole)
    print([len(s) for s in sections], len(whole), hashlib.sha256(whole).hexdigest())


if __name__ == "__main__":
    if len(sys.argv) != 2: sys.exit(__doc__)
    main(sys.argv[1])

"""How many parts a text takes, counted by the simulator itself so that it can contradict the core."""

# GSM 03.38: the basic table costs one septet a character, the extension table two.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("€[]{}\\^~|\f")


def count_parts(text: str) -> int:
    """Return the number of parts: 160/153 septets, or 70/67 UTF-16 units outside GSM 03.38."""
    if all(character in BASIC or character in EXTENSION for character in text):
        sizes, single, chained = [2 if character in EXTENSION else 1 for character in text], 160, 153
    else:
        sizes, single, chained = [len(character.encode("utf-16-be")) // 2 for character in text], 70, 67
    if sum(sizes) <= single:
        return 1
    # A character is never cut in two: what does not fit moves to the next part.
    parts, room = 1, chained
    for size in sizes:
        if size > room:
            parts, room = parts + 1, chained
        room -= size
    return parts

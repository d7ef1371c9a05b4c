// The two LZ4 functions that Verilator's FST writer needs, so that a trace needs no package of the
// system. A greedy encoder of the LZ4 block format (one hash table, no chains): quick, and good enough
// for value changes, which repeat.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

inline int LZ4_compressBound(int size) { return size + size / 255 + 16; }

namespace sv_lz4 {
constexpr int MIN_MATCH = 4;
// The format's end rules: the last 5 bytes are literals, no match begins in the last 12.
constexpr int END_LITERALS = 5;
constexpr int MATCH_LIMIT = 12;
constexpr int WINDOW = 65535;
constexpr int HASH_BITS = 14;

inline uint32_t load(const uint8_t* at) {
    uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

inline uint8_t* length(uint8_t* out, int rest) {
    for (; rest >= 255; rest -= 255) *out++ = 255;
    *out++ = static_cast<uint8_t>(rest);
    return out;
}

// One sequence: literals, then a match of `match` bytes at `distance`; the last sequence has no match.
inline uint8_t* sequence(uint8_t* out, const uint8_t* literals, int count, int match, int distance) {
    const int extra = match ? match - MIN_MATCH : 0;
    *out++ = static_cast<uint8_t>((count < 15 ? count : 15) << 4 | (extra < 15 ? extra : 15));
    if (count >= 15) out = length(out, count - 15);
    if (count) std::memcpy(out, literals, count);
    out += count;
    if (!match) return out;
    *out++ = distance & 0xff;
    *out++ = distance >> 8;
    return extra >= 15 ? length(out, extra - 15) : out;
}
}  // namespace sv_lz4

inline int LZ4_compress_default(const char* source, char* target, int size, int capacity) {
    using namespace sv_lz4;
    if (capacity < LZ4_compressBound(size)) return 0;
    const uint8_t* in = reinterpret_cast<const uint8_t*>(source);
    uint8_t* out = reinterpret_cast<uint8_t*>(target);
    std::vector<int> seen(size_t{1} << HASH_BITS, -1);
    int anchor = 0;
    for (int at = 0; at + MATCH_LIMIT <= size;) {
        int& slot = seen[load(in + at) * 2654435761u >> (32 - HASH_BITS)];
        const int before = slot;
        slot = at;
        if (before < 0 || at - before > WINDOW || load(in + before) != load(in + at)) {
            ++at;
            continue;
        }
        int match = MIN_MATCH;
        while (at + match < size - END_LITERALS && in[before + match] == in[at + match]) ++match;
        out = sequence(out, in + anchor, at - anchor, match, at - before);
        at += match;
        anchor = at;
    }
    out = sequence(out, in + anchor, size - anchor, 0, 0);
    return static_cast<int>(out - reinterpret_cast<uint8_t*>(target));
}

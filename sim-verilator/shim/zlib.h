// The two zlib functions that Verilator's FST writer needs, so that a trace needs no package of the
// system. compress2 stores (RFC 1950, RFC 1951 §3.2.4): the writer then keeps the plain bytes, which are
// smaller; it uses zlib for a few bytes per signal only.
#pragma once

#include <cstddef>
#include <cstdint>

typedef unsigned char Bytef;
typedef unsigned long uLong;
typedef unsigned long uLongf;
constexpr int Z_OK = 0;
constexpr int Z_BUF_ERROR = -5;

inline uLong compressBound(uLong size) { return size + 5 * (size / 65535 + 1) + 6; }

inline int compress2(Bytef* out, uLongf* out_size, const Bytef* in, uLong size, int) {
    if (*out_size < compressBound(size)) return Z_BUF_ERROR;
    Bytef* at = out;
    *at++ = 0x78;
    *at++ = 0x01;
    uint32_t a = 1, b = 0;
    uLong done = 0;
    do {
        const uLong rest = size - done;
        const uint16_t part = static_cast<uint16_t>(rest < 65535 ? rest : 65535);
        *at++ = part == rest;
        *at++ = part & 0xff;
        *at++ = part >> 8;
        *at++ = ~part & 0xff;
        *at++ = (~part >> 8) & 0xff;
        for (uint16_t i = 0; i < part; ++i) {
            *at++ = in[done];
            a = (a + in[done++]) % 65521;
            b = (b + a) % 65521;
        }
    } while (done < size);
    const uint32_t adler = b << 16 | a;
    for (int shift = 24; shift >= 0; shift -= 8) *at++ = adler >> shift & 0xff;
    *out_size = at - out;
    return Z_OK;
}

// SPDX-License-Identifier: MIT
// CRC-32/ISO-HDLC, the checksum of zlib, of a file in the drop folder.
#ifndef HUME_CRC32_H
#define HUME_CRC32_H

#include <stddef.h>
#include <stdint.h>

// Of what came before (nothing: 0) and these bytes.
uint32_t crc32_of(uint32_t before, const char *bytes, size_t count);

#endif

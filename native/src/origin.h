// SPDX-License-Identifier: MIT
// Where an event was said, and its bytes (docs/protocol.md, section 2). NULL and 0: unknown, and left out.
#ifndef HUME_ORIGIN_H
#define HUME_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "chain.h"
#include "json.h"
#include "script.h"
#include "sha256.h"

struct origin {
    unsigned line;
    const char *script;
    const char *traceparent;
    const char *file, *function, *command;
    struct chain chain;
    bool with_tree;                // tell the names in the chain, too
    unsigned innermost, outermost; // places in the chain: the fork of the script that called, and the script

    // What started the script; told with its start only.
    bool begins;
    uint64_t pidns;
    const char *by;
    const char *unit, *invocation;
    const char *client;
    char terminal[16];
    const char *exe, *cwd;
    struct command_line arguments;
    bool arguments_cut; // there were more than were read
    bool script_is_file;
    char sha256[SHA256_HEX + 1];
};

// What had to be shortened or left out.
struct origin_cut {
    bool script;
    bool other;
};

// What origin_write takes at most when there is no room at all: line, script, chain, own, pidns and traceparent are
// always told.
enum {
    // ,"own":[63,63],"pidns":18446744073709551615
    ORIGIN_OWN = 50,
    // ,"origin":{"line":2147483647,"script":,"chain":[],"traceparent":}
    ORIGIN_LITERALS = 70,
    // Every code point of text has at most 4 bytes, and a control character 6: of a path full of those, less is told.
    ORIGIN_SCRIPT = MAX_SCRIPT * 4 + 2,
    ORIGIN_LINK = 26, // [9999999,999999999999999],
    ORIGIN_JSON = ORIGIN_LITERALS + ORIGIN_SCRIPT + MAX_CHAIN * ORIGIN_LINK + ORIGIN_OWN + (MAX_TRACEPARENT + 2),
};

// Writes the member `origin`, or nothing. What may be missing is left out when it would reach beyond `end`.
struct origin_cut origin_write(struct json *json, const struct origin *origin, size_t end);

#endif

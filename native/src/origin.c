// SPDX-License-Identifier: MIT
#include "origin.h"

#include <string.h>

struct writing {
    struct json *json;
    const char *separator;
    size_t end;
    struct origin_cut cut;
};

static void put_member(struct writing *writing, const char *name) {
    json_raw(writing->json, writing->separator);
    json_raw(writing->json, "\"");
    json_raw(writing->json, name);
    json_raw(writing->json, "\":");
    writing->separator = ",";
}

static void put_number(struct writing *writing, const char *name, uint64_t number) {
    if (number == 0)
        return;
    put_member(writing, name);
    json_number(writing->json, number);
}

static void put_script(struct writing *writing, const char *script) {
    if (!script || !*script)
        return;
    put_member(writing, "script");
    size_t before = writing->json->used;
    writing->cut.script = json_string(writing->json, script, MAX_SCRIPT);
    if (writing->json->used - before <= ORIGIN_SCRIPT)
        return;
    writing->json->used = before;
    writing->cut.script = json_string(writing->json, script, (ORIGIN_SCRIPT - 2) / 6);
}

static void put_chain(struct writing *writing, const struct chain *chain) {
    if (chain->count == 0)
        return;
    put_member(writing, "chain");
    for (unsigned i = 0; i < chain->count; i++) {
        json_raw(writing->json, i == 0 ? "[[" : ",[");
        json_number(writing->json, (uint64_t)chain->at[i].pid);
        json_raw(writing->json, ",");
        json_number(writing->json, chain->at[i].start);
        json_raw(writing->json, "]");
    }
    json_raw(writing->json, "]");
}

static void put_own(struct writing *writing, const struct origin *origin) {
    if (origin->outermost == 0)
        return;
    put_member(writing, "own");
    json_raw(writing->json, "[");
    json_number(writing->json, origin->innermost);
    json_raw(writing->json, ",");
    json_number(writing->json, origin->outermost);
    json_raw(writing->json, "]");
}

// Takes back what was written since `before` when it reaches too far; false then.
static bool keep(struct writing *writing, size_t before) {
    if (!writing->json->overflow && writing->json->used <= writing->end)
        return true;
    writing->json->used = before;
    writing->json->overflow = false;
    writing->cut.other = true;
    return false;
}

static void put_text(struct writing *writing, const char *name, const char *text, size_t limit) {
    if (!text || !*text)
        return;
    size_t before = writing->json->used;
    const char *separator = writing->separator;
    put_member(writing, name);
    writing->cut.other |= json_string(writing->json, text, limit);
    if (!keep(writing, before))
        writing->separator = separator;
}

// One more text of a list; false when there is no room for it.
static bool put_element(struct writing *writing, const char *name, unsigned number, const char *text, size_t limit) {
    size_t before = writing->json->used;
    const char *separator = writing->separator;
    if (number == 0)
        put_member(writing, name);
    json_raw(writing->json, number == 0 ? "[" : ",");
    writing->cut.other |= json_string(writing->json, text, limit);
    bool kept = keep(writing, before);
    if (!kept)
        writing->separator = separator;
    return kept;
}

static void put_arguments(struct writing *writing, const struct origin *origin) {
    struct command_line line = origin->arguments;
    const char *argument;
    unsigned count = 0;
    while (count < MAX_ARGS && (argument = command_line_next(&line)) != NULL
           && put_element(writing, "args", count, argument, MAX_ARG))
        count++;
    writing->cut.other |= origin->arguments_cut || line.at < line.end;
    if (count > 0)
        json_raw(writing->json, "]");
}

// The nearest come first, so that it is the far end that is left out where there is no room.
static void put_tree(struct writing *writing, const struct chain *chain) {
    unsigned count = 0;
    while (count < chain->count && put_element(writing, "tree", count, chain->at[count].command, SIZE_MAX))
        count++;
    if (count > 0)
        json_raw(writing->json, "]");
}

static void put_beginning(struct writing *writing, const struct origin *origin) {
    put_own(writing, origin);
    put_number(writing, "pidns", origin->pidns);
    put_text(writing, "by", origin->by, MAX_BY);
    put_text(writing, "unit", origin->unit, MAX_SYSTEMD_UNIT);
    put_text(writing, "invocation", origin->invocation, MAX_INVOCATION);
    put_text(writing, "client", origin->client, MAX_CLIENT);
    put_text(writing, "tty", origin->terminal, SIZE_MAX);
    put_text(writing, "exe", origin->exe, MAX_PATH);
    put_text(writing, "cwd", origin->cwd, MAX_PATH);
    put_arguments(writing, origin);
    put_text(writing, "sha256", origin->sha256, SIZE_MAX);
}

struct origin_cut origin_write(struct json *json, const struct origin *origin, size_t end) {
    struct writing writing = {.json = json, .separator = ",\"origin\":{", .end = end - ORIGIN_OWN};
    put_number(&writing, "line", origin->line);
    put_script(&writing, origin->script);
    put_chain(&writing, &origin->chain);
    if (origin->traceparent) {
        put_member(&writing, "traceparent");
        json_string(json, origin->traceparent, MAX_TRACEPARENT);
    }
    if (origin->with_tree)
        put_tree(&writing, &origin->chain);
    put_text(&writing, "file", origin->file, MAX_PATH);
    put_text(&writing, "function", origin->function, MAX_FUNCTION);
    put_text(&writing, "command", origin->command, MAX_PATH);
    writing.end = end;
    if (origin->begins)
        put_beginning(&writing, origin);
    if (*writing.separator == ',' && writing.separator[1] == 0)
        json_raw(json, "}");
    return writing.cut;
}

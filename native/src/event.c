// SPDX-License-Identifier: MIT
#include "event.h"

#include <string.h>

#include "number.h"
#include "quantity.h"

// Why an event always fits. A code point takes at most 6 bytes of JSON in text (a control character, \u001f), and at
// most 4 in a name, which holds no control characters (a quote takes 2). So everything but `data` and the process tree
// has a bound, the bounds leave room for at least one datum of the largest kind, data are written only while they leave
// room for what follows, and the tree, which comes last, takes what is left.
enum {
    NAME_JSON = MAX_NAME * 4 + 2,
    DIGITS = 20,
    // {"v":1,"id":,"kind":"progress","time":,"boot":,"mono":,"host":,"task":,"run":,"level":"critical",
    // "message":,"tags":[],"data":{}
    HEAD_LITERALS = 160,
    HEAD_JSON = HEAD_LITERALS + 3 * (ID_LENGTH + 2) + 2 * DIGITS + (MAX_HOST + 2) + NAME_JSON + (MAX_MESSAGE * 6 + 2)
                + MAX_TAGS * (NAME_JSON + 1),
    DATUM_JSON = NAME_JSON + 2 + MAX_TEXT_VALUE * 6 + 2,
    // ,"unit":,"ttl":,"flag":,"progress":[,],"status":255,"outcome":"warning","cut":[eight names],
    // "origin":{"line":,"script":,"chain":[[,]],"traceparent":,"tree":[]}}
    TAIL_LITERALS = 290,
    FIXED_JSON = DIGITS + 7,
    TAIL_JSON = TAIL_LITERALS + (MAX_UNIT * 6 + 2) + NAME_JSON + 2 * FIXED_JSON + (MAX_SCRIPT * 6 + 2)
                + (MAX_TRACEPARENT + 2) + 4 * DIGITS,
    DATA_END = MAX_EVENT_BYTES - TAIL_JSON, // data may not reach further
    TREE_END = MAX_EVENT_BYTES - 1024,      // nor the tree: humed adds its part
};
_Static_assert(HEAD_JSON + DATUM_JSON + TAIL_JSON <= MAX_EVENT_BYTES, "the largest event must fit");

static bool has_tag(const struct event *event, const struct name *tag) {
    for (unsigned i = 0; i < event->tag_count; i++)
        if (name_equal(&event->tags[i], tag))
            return true;
    return false;
}

void event_add_tags(struct event *event, const char *list) {
    while (*list) {
        size_t length = strcspn(list, ",");
        struct name tag;
        bool mended = name_make(&tag, list, length);
        list += length + (list[length] == ',');
        if (name_is_empty(&tag) || has_tag(event, &tag))
            continue;
        if (event->tag_count == MAX_TAGS) {
            event->cut |= CUT_TAGS;
            return;
        }
        event->cut |= mended ? CUT_TAGS : 0;
        event->tags[event->tag_count++] = tag;
    }
}

static struct datum *place_for(struct event *event, const struct name *key) {
    for (unsigned i = 0; i < event->data_count; i++)
        if (name_equal(&event->data[i].key, key))
            return &event->data[i];
    return event->data_count < MAX_DATA ? &event->data[event->data_count++] : NULL;
}

static void add_value(struct event *event, const char *key_text, size_t length, const char *value) {
    struct name key;
    bool mended = name_make(&key, key_text, length);
    if (name_is_empty(&key)) {
        key = (struct name){"_"};
        mended = true;
    }
    struct datum *place = place_for(event, &key);
    event->cut |= mended || !place ? CUT_DATA : 0;
    if (place)
        *place = (struct datum){key, value};
}

static bool add_separated(struct event *event, const char *pair, char separator) {
    const char *found = strchr(pair, separator);
    if (found)
        add_value(event, pair, (size_t)(found - pair), found + 1);
    return found != NULL;
}

bool event_add_datum(struct event *event, const char *pair) {
    return add_separated(event, pair, '=');
}

bool event_add_extra(struct event *event, const char *pair) {
    return add_separated(event, pair, '=') || add_separated(event, pair, ':');
}

void event_add_pair(struct event *event, const char *key, const char *value) {
    add_value(event, key, strlen(key), value);
}

static void put_member(struct json *json, const char *name) {
    json_raw(json, ",\"");
    json_raw(json, name);
    json_raw(json, "\":");
}

static void put_text(struct json *json, const char *name, const char *text) {
    if (!text || !*text)
        return;
    put_member(json, name);
    json_string(json, text, SIZE_MAX);
}

static void put_number(struct json *json, const char *name, uint64_t number) {
    put_member(json, name);
    json_number(json, number);
}

static void put_message(struct json *json, struct event *event) {
    bool empty = true;
    for (size_t i = 0; i < event->message.count; i++)
        empty &= i == 0 && *event->message.at[i] == 0;
    if (empty)
        return;
    put_member(json, "message");
    if (json_words(json, event->message, MAX_MESSAGE))
        event->cut |= CUT_MESSAGE;
}

static void put_tags(struct json *json, const struct event *event) {
    if (event->tag_count == 0)
        return;
    put_member(json, "tags");
    for (unsigned i = 0; i < event->tag_count; i++) {
        json_raw(json, i == 0 ? "[" : ",");
        json_string(json, event->tags[i].text, SIZE_MAX);
    }
    json_raw(json, "]");
}

// Returns true when the value had to be shortened.
static bool put_value(struct json *json, const char *value, const char *unit) {
    struct fixed number;
    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0 || number_is_json(value)) {
        json_raw(json, value);
        return false;
    }
    if (unit && quantity_read(value, unit, &number)) {
        json_fixed(json, number);
        return false;
    }
    return json_string(json, value, MAX_TEXT_VALUE);
}

// A datum that does not fit is left out whole: half a value would look like a value. A smaller one after it may still
// fit.
static void put_data(struct json *json, struct event *event) {
    if (event->data_count == 0)
        return;
    put_member(json, "data");
    json_raw(json, "{");
    bool first = true;
    for (unsigned i = 0; i < event->data_count; i++) {
        size_t before = json->used;
        json_raw(json, first ? "" : ",");
        json_string(json, event->data[i].key.text, SIZE_MAX);
        json_raw(json, ":");
        bool cut = put_value(json, event->data[i].value, event->unit);
        if (json->overflow || json->used > DATA_END - 1) {
            json->used = before;
            json->overflow = false;
            cut = true;
        } else {
            first = false;
        }
        event->cut |= cut ? CUT_DATA : 0;
    }
    json_raw(json, "}");
}

static void put_unit(struct json *json, struct event *event) {
    if (!event->unit)
        return;
    put_member(json, "unit");
    if (json_string(json, event->unit, MAX_UNIT))
        event->cut |= CUT_UNIT;
}

// Returns true when the script's path had to be shortened. The writer is put back; only the answer is wanted, because
// `cut` stands before `origin`.
static bool script_needs_cut(struct json *json, const char *script) {
    size_t before = json->used;
    bool cut = script && json_string(json, script, MAX_SCRIPT);
    json->used = before;
    return cut;
}

static void put_cut(struct json *json, unsigned cut) {
    static const char *const names[] = {"task", "run", "message", "tags", "data", "unit", "flag", "script"};
    if (cut == 0)
        return;
    put_member(json, "cut");
    const char *separator = "[\"";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (cut & 1u << i) {
            json_raw(json, separator);
            json_raw(json, names[i]);
            separator = "\",\"";
        }
    json_raw(json, "\"]");
}

static void put_progress(struct json *json, const struct event *event) {
    if (event->total.whole == 0 && event->total.millionths == 0)
        return;
    put_member(json, "progress");
    json_raw(json, "[");
    json_fixed(json, event->done);
    json_raw(json, ",");
    json_fixed(json, event->total);
    json_raw(json, "]");
}

// The nearest come first, so that it is the far end that is left out where there is no room. Returns what separates
// the next member.
static const char *put_tree(struct json *json, const struct origin *origin, const char *separator) {
    if (origin->tree_count == 0)
        return separator;
    json_raw(json, separator);
    json_raw(json, "\"tree\":[");
    for (unsigned i = 0; i < origin->tree_count; i++) {
        size_t before = json->used;
        json_raw(json, i == 0 ? "" : ",");
        json_string(json, origin->tree[i], SIZE_MAX);
        if (json->overflow || json->used > TREE_END) {
            json->used = before;
            json->overflow = false;
            break;
        }
    }
    json_raw(json, "]");
    return ",";
}

static void put_origin(struct json *json, const struct origin *origin) {
    const char *separator = ",\"origin\":{";
    if (origin->line) {
        json_raw(json, separator);
        json_raw(json, "\"line\":");
        json_number(json, origin->line);
        separator = ",";
    }
    if (origin->script && *origin->script) {
        json_raw(json, separator);
        json_raw(json, "\"script\":");
        json_string(json, origin->script, MAX_SCRIPT);
        separator = ",";
    }
    if (origin->parent_pid) {
        json_raw(json, separator);
        json_raw(json, "\"chain\":[[");
        json_number(json, origin->parent_pid);
        json_raw(json, ",");
        json_number(json, origin->parent_start);
        json_raw(json, "]]");
        separator = ",";
    }
    if (origin->traceparent) {
        json_raw(json, separator);
        json_raw(json, "\"traceparent\":");
        json_string(json, origin->traceparent, MAX_TRACEPARENT);
        separator = ",";
    }
    separator = put_tree(json, origin, separator);
    if (*separator == ',' && separator[1] == 0)
        json_raw(json, "}");
}

size_t event_encode(struct event *event, char *out) {
    struct json json = {.bytes = out, .room = MAX_EVENT_BYTES};
    json_raw(&json, "{\"v\":1");
    put_text(&json, "id", event->id);
    put_text(&json, "kind", event->kind);
    put_number(&json, "time", event->wall_ns);
    put_text(&json, "boot", event->boot);
    if (event->boot_ns)
        put_number(&json, "mono", event->boot_ns);
    put_text(&json, "host", event->host);
    put_text(&json, "task", event->task.text);
    put_text(&json, "run", event->run);
    put_text(&json, "level", event->level);
    put_message(&json, event);
    put_tags(&json, event);
    put_data(&json, event);
    put_unit(&json, event);
    if (event->ttl)
        put_number(&json, "ttl", event->ttl);
    put_text(&json, "flag", event->flag.text);
    put_progress(&json, event);
    if (event->status >= 0)
        put_number(&json, "status", (uint64_t)event->status);
    put_text(&json, "outcome", event->outcome);
    event->cut |= script_needs_cut(&json, event->origin.script) ? CUT_SCRIPT : 0;
    put_cut(&json, event->cut);
    put_origin(&json, &event->origin);
    json_raw(&json, "}");
    return json.overflow ? 0 : json.used;
}

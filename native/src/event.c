// SPDX-License-Identifier: MIT
#include "event.h"
#include "fault.h"

#include <string.h>

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

static void tell_too_many(const char *key_text, size_t length) {
    static bool is_told;
    if (!is_told)
        complain("'%.*s': an event holds %d values; this one and those after it are left out, say them in another call",
                 length < 60 ? (int)length : 60, key_text, MAX_DATA);
    is_told = true;
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
    else
        tell_too_many(key_text, length);
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

void event_declare(struct event *event, const char *name, const char *value) {
    unsigned place = 0;
    while (place < event->expect_count && strcmp(event->expect[place].name, name) != 0)
        place++;
    if (place == MAX_EXPECT)
        return;
    event->expect[place] = (struct declared){name, value};
    event->expect_count += place == event->expect_count;
}

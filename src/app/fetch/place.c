/*
 * place - see place.h.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

static void take_day(char out[DAY_SIZE], const char *value, size_t length)
{
    if (length == DAY_SIZE - 1 && day_number(value) != LONG_MIN) {
        memcpy(out, value, length);
        out[length] = '\0';
    }
}

static void take_member(place *p, const char *name, size_t size, const char *value, size_t length)
{
    const struct {
        const char *name;
        char *day;
        unsigned long *number;
        bool *yes;
    } members[] = {
        {"next", p->next, NULL, NULL},          {"from", p->from, NULL, NULL},        {"until", p->until, NULL, NULL},
        {"reached", p->reached, NULL, NULL},    {"part", NULL, &p->part, NULL},       {"start", NULL, &p->start, NULL},
        {"restarts", NULL, &p->restarts, NULL}, {"running", NULL, NULL, &p->running}, {"aside", NULL, NULL, &p->aside}};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (strlen(members[i].name) != size || memcmp(members[i].name, name, size) != 0) {
            continue;
        }
        if (members[i].day) {
            take_day(members[i].day, value, length);
        } else if (members[i].number && length < 10 && strspn(value, "0123456789") >= length) {
            *members[i].number = strtoul(value, NULL, 10);
        } else if (members[i].yes) {
            *members[i].yes = *value == '1';
        }
    }
}

bool place_parse(place *p, const char *string)
{
    *p = (place){.part = 0};
    while (string && *string) {
        const size_t name = strcspn(string, "= ");
        const char *value = string + name + (string[name] == '=');
        size_t length = strcspn(value, " ");
        if (name == 5 && !memcmp(string, "token", 5)) { /* the last: it may have spaces */
            length = strlen(value);
            text_add(&p->token, value, length < TOKEN_MOST ? length : 0);
        } else {
            take_member(p, string, name, value, length);
        }
        string = value + length + (value[length] == ' ');
    }
    return !p->token.failed;
}

void text_place(text *t, const place *p)
{
    text_format(t, "next=%s", p->next);
    if (p->running) {
        text_format(t,
                    " running=1 aside=%d from=%s until=%s reached=%s part=%lu start=%lu restarts=%lu token=", p->aside,
                    p->from, p->until, p->reached, p->part, p->start, p->restarts);
        text_put(t, text_of(t, &p->token));
    }
}

void place_free(place *p)
{
    text_free(&p->token);
}

void place_end(place *p, const char *next)
{
    char kept[DAY_SIZE];

    memcpy(kept, p->aside ? p->next : next, DAY_SIZE);
    text_free(&p->token);
    *p = (place){.part = 0};
    memcpy(p->next, kept, DAY_SIZE);
}

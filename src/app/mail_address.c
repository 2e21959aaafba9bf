/*
 * mail_address - see mail_address.h.
 *
 * Of what RFC 5321 allows, quoted local parts and routes are left out: nobody has such an address, and each of their
 * signs would need its own care in every header.
 */
#include <string.h>

#include "mail_address.h"

enum { ADDRESS_MOST = 254, LOCAL_MOST = 64 };

bool is_mail_address(const char *string)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static const char local[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.";
    const size_t before = strspn(string, local);
    const char *domain = string + before + 1;

    if (!before || before > LOCAL_MOST || string[before] != '@' || strlen(string) > ADDRESS_MOST) {
        return false;
    }
    if (*string == '.' || string[before - 1] == '.' || strstr(string, "..")) {
        return false;
    }
    for (;;) {
        const size_t label = strspn(domain, letters) ? strcspn(domain, ".") : 0;
        for (size_t i = 0; i < label; i++) {
            if (domain[i] != '-' && !strchr(letters, domain[i])) {
                return false;
            }
        }
        if (!label || label > 63 || domain[label - 1] == '-') {
            return false;
        }
        if (!domain[label]) {
            return true;
        }
        domain += label + 1;
    }
}

bool split_mail_address(const char *string, text *name, text *address)
{
    const char *open = strrchr(string, '<');
    size_t length = open ? (size_t)(open - string) : 0;

    if (!open) {
        text_put(address, string);
        return !address->failed && is_mail_address(address->data ? address->data : "");
    }
    while (length && strchr(" \t\"", string[length - 1])) {
        length--;
    }
    while (length && strchr(" \t\"", *string)) {
        string++;
        length--;
    }
    text_add(name, string, length);
    text_add(address, open + 1, strcspn(open + 1, ">"));
    return !address->failed && !name->failed && open[1] && !strcmp(open + 1 + address->size, ">") &&
           is_mail_address(address->data);
}

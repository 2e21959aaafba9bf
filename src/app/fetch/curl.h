/*
 * curl - libcurl, loaded when a request or a mail is first made.
 */
#ifndef FETCH_CURL_H
#define FETCH_CURL_H

/* Its checks of types are macros of the names below. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#undef curl_easy_getinfo
#undef curl_easy_setopt

#include "../lazy.h"

#define curl_easy_cleanup LAZY(LAZY_CURL, curl_easy_cleanup)
#define curl_easy_getinfo LAZY(LAZY_CURL, curl_easy_getinfo)
#define curl_easy_init LAZY(LAZY_CURL, curl_easy_init)
#define curl_easy_perform LAZY(LAZY_CURL, curl_easy_perform)
#define curl_easy_recv LAZY(LAZY_CURL, curl_easy_recv)
#define curl_easy_reset LAZY(LAZY_CURL, curl_easy_reset)
#define curl_easy_send LAZY(LAZY_CURL, curl_easy_send)
#define curl_easy_setopt LAZY(LAZY_CURL, curl_easy_setopt)
#define curl_easy_strerror LAZY(LAZY_CURL, curl_easy_strerror)
#define curl_free LAZY(LAZY_CURL, curl_free)
#define curl_getdate LAZY(LAZY_CURL, curl_getdate)
#define curl_slist_append LAZY(LAZY_CURL, curl_slist_append)
#define curl_slist_free_all LAZY(LAZY_CURL, curl_slist_free_all)
#define curl_url LAZY(LAZY_CURL, curl_url)
#define curl_url_cleanup LAZY(LAZY_CURL, curl_url_cleanup)
#define curl_url_get LAZY(LAZY_CURL, curl_url_get)
#define curl_url_set LAZY(LAZY_CURL, curl_url_set)

#endif

/*
 * microhttpd - libmicrohttpd, loaded when the page is served.
 */
#ifndef SERVE_MICROHTTPD_H
#define SERVE_MICROHTTPD_H

#include <microhttpd.h>

#include "../lazy.h"

#define MHD_add_response_header LAZY(LAZY_MICROHTTPD, MHD_add_response_header)
#define MHD_create_response_from_buffer LAZY(LAZY_MICROHTTPD, MHD_create_response_from_buffer)
#define MHD_create_response_from_buffer_with_free_callback_cls                                                         \
    LAZY(LAZY_MICROHTTPD, MHD_create_response_from_buffer_with_free_callback_cls)
#define MHD_destroy_response LAZY(LAZY_MICROHTTPD, MHD_destroy_response)
#define MHD_get_connection_info LAZY(LAZY_MICROHTTPD, MHD_get_connection_info)
#define MHD_get_connection_values LAZY(LAZY_MICROHTTPD, MHD_get_connection_values)
#define MHD_lookup_connection_value LAZY(LAZY_MICROHTTPD, MHD_lookup_connection_value)
#define MHD_queue_response LAZY(LAZY_MICROHTTPD, MHD_queue_response)
#define MHD_quiesce_daemon LAZY(LAZY_MICROHTTPD, MHD_quiesce_daemon)
#define MHD_resume_connection LAZY(LAZY_MICROHTTPD, MHD_resume_connection)
#define MHD_start_daemon LAZY(LAZY_MICROHTTPD, MHD_start_daemon)
#define MHD_stop_daemon LAZY(LAZY_MICROHTTPD, MHD_stop_daemon)
#define MHD_suspend_connection LAZY(LAZY_MICROHTTPD, MHD_suspend_connection)

#endif

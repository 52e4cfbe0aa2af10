/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The helper process (helper.h): answers requests until the tool closes the socket. */
#ifndef COMMON_HELPER_SERVE_H
#define COMMON_HELPER_SERVE_H

/* @frame_pointers: a bool, as for unwind_new(). */
void helper_serve(void *frame_pointers, int socket);

#endif /* COMMON_HELPER_SERVE_H */

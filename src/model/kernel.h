/*
 * kernel - margins of kernel models, computed by LIBSVM.
 */
#ifndef PT_KERNEL_H
#define PT_KERNEL_H

#include "model.h"

typedef struct pt_kernel pt_kernel;             /* one machine a tag, for all threads */
typedef struct pt_kernel_input pt_kernel_input; /* room for a row as LIBSVM takes it, for one thread */

/* Builds the machines of T tags over `support`, which must outlive them. 0 or PAPERTAG_NO_MEMORY. */
int pt_kernel_open(pt_kernel **out, const pt_support *support, size_t tags, const pt_fit_info *fit);
void pt_kernel_close(pt_kernel *kernel);

/* margins[T]: out. *input begins as NULL and is kept for the next row. 0 or PAPERTAG_NO_MEMORY. */
int pt_kernel_margins(const pt_kernel *kernel, pt_row row, pt_kernel_input **input, double *margins);
void pt_kernel_input_free(pt_kernel_input *input);

#endif

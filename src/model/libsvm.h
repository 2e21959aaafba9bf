/*
 * libsvm - a model as a folder of LIBSVM's files, written by libsvm_export.c and read by libsvm_import.c.
 *
 * LIBSVM's program svm-predict reads one text file for each binary model. The format is that of svm_save_model in
 * LIBSVM 3.24. These files do not use svm_save_model and svm_load_model: both change the locale of the whole process,
 * and the latter trusts every number that it reads.
 */
#ifndef PT_LIBSVM_H
#define PT_LIBSVM_H

#include "model.h"

/* DIR/TAG.model in *path. Bytes of the tag that a file name cannot hold are written as %XX. */
int pt_libsvm_tag_path(pt_buf *path, const char *dir, const char *tag, papertag_error *err);

/* LIBSVM's word for a kernel. */
const char *pt_libsvm_kernel_name(papertag_kernel kernel);

#endif

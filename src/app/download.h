/*
 * download - operands that are no files, but name papers elsewhere: addresses, arXiv ids, DOIs.
 */
#ifndef DOWNLOAD_H
#define DOWNLOAD_H

/* Prints how to import what the operand names, when it is no file. */
void advise_download(const char *operand);

#endif

/*
 * formats - the list of formats, for detection, messages and programs.
 *
 * The order is that of detection: a format precedes any other that would also accept its sources. To add a format,
 * write its file and add a row.
 */
#include "format.h"

#define FORMATS(ROW)                                                                                                   \
    ROW(daily_papers)                                                                                                  \
    ROW(s2)                                                                                                            \
    ROW(openreview)                                                                                                    \
    ROW(openalex)                                                                                                      \
    ROW(crossref)                                                                                                      \
    ROW(biorxiv)                                                                                                       \
    ROW(dblp)                                                                                                          \
    ROW(pwc)                                                                                                           \
    ROW(csl)                                                                                                           \
    ROW(zotero)                                                                                                        \
    ROW(europepmc)                                                                                                     \
    ROW(datacite)                                                                                                      \
    ROW(inspire)                                                                                                       \
    ROW(annif)                                                                                                         \
    ROW(json)                                                                                                          \
    ROW(jsonl)                                                                                                         \
    ROW(ris)                                                                                                           \
    ROW(nbib)                                                                                                          \
    ROW(endnote)                                                                                                       \
    ROW(listing)                                                                                                       \
    ROW(wos)                                                                                                           \
    ROW(atom)                                                                                                          \
    ROW(rss)                                                                                                           \
    ROW(oai)                                                                                                           \
    ROW(endnote_xml)                                                                                                   \
    ROW(pubmed_xml)                                                                                                    \
    ROW(dblp_xml)                                                                                                      \
    ROW(jats)                                                                                                          \
    ROW(tei)                                                                                                           \
    ROW(zotero_rdf)                                                                                                    \
    ROW(page)                                                                                                          \
    ROW(csv)                                                                                                           \
    ROW(tsv)                                                                                                           \
    ROW(fasttext)                                                                                                      \
    ROW(bib)                                                                                                           \
    ROW(libmultilabel)                                                                                                 \
    ROW(plain)

#define DECLARE(format) extern const pt_format pt_format_##format;
#define ADDRESS(format) &pt_format_##format,
FORMATS(DECLARE)
static const pt_format *const formats[] = {FORMATS(ADDRESS) NULL};

const pt_format *pt_format_at(size_t i)
{
    return i < sizeof formats / sizeof *formats ? formats[i] : NULL;
}

const char *papertag_reader_format_name(size_t i)
{
    const pt_format *format = pt_format_at(i);
    return format ? format->name : NULL;
}

const char *papertag_reader_format_about(size_t i, const char **written_by)
{
    const pt_format *format = pt_format_at(i);

    *written_by = format && format->written_by ? format->written_by : "";
    return format && format->about ? format->about : "";
}

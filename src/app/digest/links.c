/*
 * links - where a paper can be read: addresses that it came with, and those that follow from its identifiers.
 */
#include <string.h>

#include "../clean.h"
#include "digest.h"

const char *web_address(const char *url)
{
    return url && is_clean(url) && (!strncmp(url, "https://", 8) || !strncmp(url, "http://", 7)) &&
                   !strpbrk(url, " \"<>\\^`{|}")
               ? url
               : NULL;
}

static bool is_on_hugging_face(const papertag_stored *paper)
{
    bool is = paper->paper.featured || (paper->paper.url && strstr(paper->paper.url, "//huggingface.co/papers/"));

    for (size_t i = 0; i < paper->sources.count && !is; i++) {
        is = !strncmp(paper->sources.items[i], "huggingface ", 12);
    }
    return is;
}

/* Adds an address made of two parts, when it may be linked to. */
static void add_address(text *out, const char *before, const char *after)
{
    text whole = {0};

    text_put(&whole, before);
    text_put(&whole, after);
    if (web_address(text_of(out, &whole))) {
        text_put(out, whole.data);
    }
    text_free(&whole);
}

static void add_page(const papertag_paper *p, text *url)
{
    if (p->arxiv) {
        add_address(url, "https://arxiv.org/abs/", p->arxiv);
    }
    if (!url->size && p->url) {
        add_address(url, p->url, "");
    }
    if (!url->size && p->doi) {
        add_address(url, "https://doi.org/", p->doi);
    }
}

static void add_pdf(const papertag_paper *p, text *url)
{
    if (p->pdf_url) {
        add_address(url, p->pdf_url, "");
    }
    if (!url->size && p->arxiv) {
        add_address(url, "https://arxiv.org/pdf/", p->arxiv);
    }
}

bool digest_link(const papertag_stored *paper, size_t i, const char **label, text *url)
{
    static const char *const labels[] = {"abstract", "PDF", "Hugging Face", "code", "project"};
    const papertag_paper *p = &paper->paper;

    if (i >= sizeof labels / sizeof *labels) {
        return false;
    }
    *label = labels[i];
    if (i == 0) {
        add_page(p, url);
    } else if (i == 1) {
        add_pdf(p, url);
    } else if (i == 2 && p->arxiv && is_on_hugging_face(paper)) {
        add_address(url, "https://huggingface.co/papers/", p->arxiv);
    } else if (i > 2 && (i == 3 ? p->code_url : p->project_url)) {
        add_address(url, i == 3 ? p->code_url : p->project_url, "");
    }
    return true;
}

void digest_home(const papertag_stored *paper, text *url)
{
    const char *label;

    for (size_t i = 0; !url->size && digest_link(paper, i, &label, url); i++) {
    }
}

/*
 * digest_html - a digest as one page that needs nothing else: no script, no font, no image.
 *
 * The same markup, with the style written once in the head, goes into mail. Readers of mail that drop the style still
 * show headings, links and paragraphs in order.
 */
#include <stdio.h>

#include "digest.h"

static const char style_sheet[] =
    ":root{color-scheme:light dark;--ink:#1c1e21;--soft:#626870;--line:#e3e5e8;--page:#fff;--link:#0b57d0;"
    "--chip:#eef3fd;--chipink:#174ea6;--said:#e6f4ea;--saidink:#137333}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e6e9;--soft:#9aa0a8;--line:#33373c;--page:#16181b;--link:#8ab4f8;"
    "--chip:#22304a;--chipink:#aecbfa;--said:#1e3a29;--saidink:#8fd6a8}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:46rem;padding:2rem 1.25rem 4rem;background:var(--page);color:var(--ink);"
    "font:1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica "
    "Neue',Arial,sans-serif;overflow-wrap:anywhere}\n"
    "header{border-bottom:1px solid var(--line);padding-bottom:1rem;margin-bottom:1.5rem}\n"
    "h1{font-size:1.55rem;line-height:1.25;margin:0 0 .3rem}\n"
    "h2{font-size:1.1rem;margin:2.2rem 0 .8rem;color:var(--soft);font-weight:600}\n"
    "h3{font-size:1.08rem;line-height:1.35;margin:0 0 .3rem}\n"
    "article{padding:1.1rem 0;border-bottom:1px solid var(--line)}article:last-of-type{border:0}\n"
    "a{color:inherit;text-decoration:none}a:hover{color:var(--link);text-decoration:underline}\n"
    ".about,footer,header p{color:var(--soft);font-size:.875rem;margin:.2rem 0 .55rem}\n"
    "header p{margin:0}\n"
    ".tags{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 .55rem;padding:0}\n"
    ".tags li{background:var(--chip);color:var(--chipink);border-radius:1rem;padding:.1rem .65rem;font-size:.8125rem}\n"
    ".tags li.said{background:var(--said);color:var(--saidink)}\n"
    ".tags small{opacity:.75;font-variant-numeric:tabular-nums}\n"
    "details{font-size:.9375rem}summary{color:var(--soft);cursor:pointer;font-size:.875rem}\n"
    "details p{margin:.5rem 0}dl{font-size:.8125rem;color:var(--soft);margin:.6rem 0 0;display:grid;"
    "grid-template-columns:max-content 1fr;gap:.15rem .8rem}dt{color:var(--chipink)}dd{margin:0}\n"
    "@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}}\n"
    "footer{margin-top:2rem}\n"
    "@media print{body{max-width:none;padding:0;font-size:10.5pt}article{break-inside:avoid}"
    ".tags li{border:1px solid #999;background:none;color:#000}details summary{display:none}}\n";

static void put_chips(text *out, const papertag_stored *paper)
{
    if (!paper->tag_count || !paper->tags[0].in_force) {
        return;
    }
    text_put(out, "<ul class=\"tags\">");
    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        const papertag_decision *d = &paper->tags[t];
        text_put(out, d->verdict ? "<li class=\"said\">" : "<li>");
        text_html(out, d->name);
        if (d->verdict) {
            text_put(out, " <small title=\"said by you\">\xe2\x9c\x93</small></li> ");
        } else {
            text_format(out, " <small>%.2f</small></li> ", d->p);
        }
    }
    text_put(out, "</ul>\n");
}

/* Tag by tag, the terms that earned it. */
static void put_reasons(digest *d, text *out, const papertag_stored *paper)
{
    bool open = false;

    for (size_t t = 0; t < paper->tag_count && paper->tags[t].in_force; t++) {
        text terms = {0};
        digest_terms(d, paper, &paper->tags[t], 5, &terms);
        if (*text_of(out, &terms)) {
            text_put(out, open ? "<dt>" : "<dl><dt>");
            open = true;
            text_html(out, paper->tags[t].name);
            text_put(out, "</dt><dd>");
            text_html(out, terms.data);
            text_put(out, "</dd>");
        }
        text_free(&terms);
    }
    text_put(out, open ? "</dl>\n" : "");
}

static void put_paper(digest *d, text *out, const papertag_stored *paper)
{
    const papertag_paper *p = &paper->paper;
    const char *link = digest_link(p);
    text about = {0};

    text_put(out, "<article>\n<h3>");
    if (link) {
        text_put(out, "<a href=\"");
        text_html(out, link);
        text_put(out, "\">");
    }
    text_put(out, "<bdi>");
    text_html(out, p->title ? p->title : "(no title)");
    text_put(out, link ? "</bdi></a></h3>\n" : "</bdi></h3>\n");
    text_about(&about, p);
    if (*text_of(out, &about)) {
        text_put(out, "<p class=\"about\"><bdi>");
        text_html(out, about.data);
        text_put(out, "</bdi></p>\n");
    }
    put_chips(out, paper);
    if (p->abstract) {
        text_put(out, "<details><summary>Abstract</summary>\n<p><bdi>");
        text_html(out, p->abstract);
        text_put(out, "</bdi></p>\n");
        put_reasons(d, out, paper);
        text_put(out, "</details>\n");
    }
    text_put(out, "</article>\n");
    text_free(&about);
}

bool digest_html(digest *d, text *out)
{
    bool opens;

    text_put(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>");
    text_html(out, d->title);
    text_put(out, "</title>\n<style>\n");
    text_put(out, style_sheet);
    text_put(out, "</style>\n</head>\n<body>\n<header>\n<h1><bdi>");
    text_html(out, d->title);
    text_format(out, "</bdi></h1>\n<p>%zu paper%s &middot; %.10s</p>\n</header>\n<main>\n", d->count,
                d->count == 1 ? "" : "s", d->generated);
    for (size_t i = 0; i < d->count; i++) {
        const papertag_stored *paper = digest_paper(d, i, &opens);
        if (!paper) {
            return false;
        }
        if (opens) {
            text_put(out, "<h2>");
            text_html(out, d->entries[i].heading);
            text_put(out, "</h2>\n");
        }
        put_paper(d, out, paper);
    }
    text_put(out, "</main>\n<footer>");
    if (*d->filter) {
        text_put(out, "Chosen by <code>");
        text_html(out, d->filter);
        text_put(out, "</code>. ");
    }
    text_put(out, "A number beside a tag is its probability; a check mark means that you said so.");
    if (d->unsubscribe) {
        text_put(out, " <a href=\"");
        text_html(out, d->unsubscribe);
        text_put(out, "\">Unsubscribe</a>");
    }
    text_put(out, "</footer>\n</body>\n</html>\n");
    return true;
}

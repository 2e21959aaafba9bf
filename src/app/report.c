/*
 * report - the report of an evaluation as a page: one HTML file, no script, plots as SVG, light and dark.
 */
#include <math.h>

#include "metrics.h"
#include "report.h"
#include "status.h"
#include "text.h"
#include "web.h"

enum { WIDE = 440, TALL = 330, LEFT = 48, TOP = 12, PLOT_W = WIDE - LEFT - 14, PLOT_H = TALL - TOP - 44 };
enum { SMALL_W = 72, SMALL_H = 24 };

static const char page_start[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>papertag: evaluation</title>\n"
    "<style>\n";

static double x_of(double value)
{
    return (double)LEFT + value * (double)PLOT_W;
}

static double y_of(double value)
{
    return (double)TOP + (1 - value) * (double)PLOT_H;
}

/* Axes from 0 to 1 with their names. */
static void open_plot(text *out, const char *name, const char *x, const char *y)
{
    text_format(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDE, TALL, name);
    for (int i = 0; i <= 5; i++) {
        double v = i / 5.0;
        text_format(out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1fM%.1f %.1fV%.1f\"/>", x_of(0), y_of(v), x_of(1),
                    x_of(v), y_of(0), y_of(1));
        text_format(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>", x_of(0) - 6, y_of(v) + 4, v);
        text_format(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>\n", x_of(v), y_of(0) + 16, v);
    }
    text_format(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x_of(0.5), TALL - 8, x);
    text_format(out, "<text transform=\"translate(12 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>\n", y_of(0.5),
                y);
}

static void reliability(text *out, const papertag_report *r, double ece)
{
    text_put(out, "<figure>");
    open_plot(out, "reliability", "probability", "share that is gold");
    text_format(out, "<path class=\"even\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x_of(0), y_of(0), x_of(1), y_of(1));
    for (int b = 0; b < PAPERTAG_BINS; b++) {
        const papertag_bin *bin = &r->bins[b];
        const papertag_estimate share = papertag_share((size_t)lround(bin->gold * (double)bin->pairs), bin->pairs);
        if (!bin->pairs) {
            continue;
        }
        text_format(out,
                    "<path class=\"bar\" d=\"M%.1f %.1fV%.1f\"/><circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\">",
                    x_of(bin->p), y_of(share.low), y_of(share.high), x_of(bin->p), y_of(bin->gold));
        text_format(out, "<title>p %.3f: %.3f of %zu are gold</title></circle>\n", bin->p, bin->gold, bin->pairs);
    }
    text_format(out,
                "</svg>\n<figcaption>Do probabilities mean what they say? On the dashed line they do. Bars are 95 %% "
                "intervals. Expected calibration error %.4f.</figcaption></figure>\n",
                ece);
}

static void precision_recall(text *out, const double *curve, const papertag_metrics *m)
{
    text_put(out, "<figure>");
    open_plot(out, "precision by recall", "recall", "precision");
    text_put(out, "<path class=\"curve\" d=\"");
    for (int k = 0; k < PAPERTAG_CURVE_POINTS; k++) {
        text_format(out, "%c%.1f %.1f", k ? 'L' : 'M', x_of((double)k / (double)(PAPERTAG_CURVE_POINTS - 1)),
                    y_of(curve[k]));
    }
    text_format(out, "\"/>\n<circle class=\"here\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>at the cuts</title></circle>",
                x_of(m->recall_micro), y_of(m->precision_micro));
    text_format(out,
                "</svg>\n<figcaption>Precision at each recall, all tags together, as one probability is lowered; the "
                "dot marks the cuts: precision %.3f, recall %.3f.</figcaption></figure>\n",
                m->precision_micro, m->recall_micro);
}

static void small_curve(text *out, const double *curve)
{
    text_format(out, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"precision by recall\">", SMALL_W,
                SMALL_H);
    text_format(out, "<path class=\"axis\" d=\"M.5 .5V%.1fH%d\"/><path class=\"curve\" d=\"", (double)SMALL_H - .5,
                SMALL_W);
    for (int k = 0; k < PAPERTAG_CURVE_POINTS; k += 4) {
        text_format(out, "%c%.1f %.1f", k ? 'L' : 'M', 1 + k / 100.0 * (SMALL_W - 2),
                    1 + (1 - curve[k]) * (SMALL_H - 2));
    }
    text_put(out, "\"/></svg>");
}

static void metrics_table(text *out, const papertag_metrics *m, const papertag_metrics *low,
                          const papertag_metrics *high)
{
    text_put(out, "<div class=\"scroll\"><table><thead><tr><th>metric</th><th>value</th><th>95 % interval</th></tr>"
                  "</thead><tbody>\n");
    for (int i = 0; i < METRICS; i++) {
        text_format(out, "<tr><td>%s</td><td>%.4f</td><td class=\"dim\">%.4f – %.4f</td></tr>\n", metrics[i].words,
                    metric_value(m, i), metric_value(low, i), metric_value(high, i));
    }
    text_put(out, "</tbody></table></div>\n");
}

static int tag_table(text *out, const papertag_evaluation *evaluation, const papertag_metrics *m)
{
    text_put(out,
             "<h2>Tags</h2>\n<div class=\"scroll\"><table><thead><tr><th>tag</th><th>papers</th><th>precision</th>"
             "<th>recall</th><th>F1</th><th>AP</th><th class=\"left\">precision by recall</th></tr></thead><tbody>\n");
    for (size_t t = 0; t < m->tags; t++) {
        const papertag_tag_metrics *tag = &m->per_tag[t];
        double curve[PAPERTAG_CURVE_POINTS];
        papertag_error err;
        if (papertag_evaluation_curve(evaluation, tag->tag, curve, &err)) {
            return failed(&err);
        }
        text_put(out, "<tr><td>");
        text_html(out, tag->tag);
        text_format(out, "</td><td>%zu</td>", tag->support);
        if (tag->support) {
            text_format(out, "<td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%.3f</td><td class=\"left\">", tag->precision,
                        tag->recall, tag->f1, tag->average_precision);
            small_curve(out, curve);
            text_put(out, "</td></tr>\n");
        } else {
            text_put(out, "<td class=\"dim\" colspan=\"5\">none of these papers has it</td></tr>\n");
        }
    }
    text_put(out, "</tbody></table></div>\n");
    return EXIT_DONE;
}

static void confusion_table(text *out, const papertag_report *r)
{
    if (!r->confusion_count) {
        return;
    }
    text_put(out,
             "<h2>Worst confusions</h2>\n<p class=\"dim\">The first tag was missed where the second was wrongly "
             "assigned.</p>\n"
             "<div class=\"scroll\"><table><thead><tr><th>missed</th><th class=\"left\">assigned</th><th>papers</th>"
             "</tr></thead><tbody>\n");
    for (size_t i = 0; i < r->confusion_count; i++) {
        text_put(out, "<tr><td>");
        text_html(out, r->confusions[i].gold);
        text_put(out, "</td><td class=\"left\">");
        text_html(out, r->confusions[i].assigned);
        text_format(out, "</td><td>%zu</td></tr>\n", r->confusions[i].papers);
    }
    text_put(out, "</tbody></table></div>\n");
}

int write_report_page(const char *path, const papertag_evaluation *evaluation, const papertag_metrics *m,
                      const papertag_metrics *low, const papertag_metrics *high, const papertag_report *report)
{
    double curve[PAPERTAG_CURVE_POINTS];
    papertag_error err;
    text out = {0};
    int code;

    if (papertag_evaluation_curve(evaluation, NULL, curve, &err)) {
        return failed(&err);
    }
    text_put(&out, page_start);
    text_put(&out, find_web_file("report.css")->data);
    text_put(&out, "</style>\n</head>\n<body>\n");
    text_format(
        &out,
        "<h1>Evaluation</h1>\n<p class=\"dim\">%zu paper%s, %zu tag%s. Intervals by the bootstrap over papers.</p>\n",
        m->papers, plural(m->papers), m->tags, plural(m->tags));
    metrics_table(&out, m, low, high);
    text_put(&out, "<h2>Probabilities and cuts</h2>\n<div class=\"plots\">\n");
    reliability(&out, report, m->ece);
    precision_recall(&out, curve, m);
    text_put(&out, "</div>\n");
    confusion_table(&out, report);
    code = tag_table(&out, evaluation, m);
    text_put(&out, "</body>\n</html>\n");
    code = code ? code : text_write_file(&out, path) ? EXIT_DONE : EXIT_FAILED;
    text_free(&out);
    return code;
}

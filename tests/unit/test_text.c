/*
 * Unit tests of the tokenizer: the cases of tests/cases/tokens.txt, the ASCII fast path against utf8proc, random bytes,
 * LaTeX commands, sets of words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "text/fold.h"
#include "text/latex_commands.h"
#include "text/tfidf.h"

static pt_text_options options_all(void)
{
    pt_text_options options = {.camel_case = true, .plurals = true, .segments = true};
    size_t size;
    const char *words = pt_stop_words_english(&size);
    assert_int_equal(pt_words_build(&options.stop_words, words, size, NULL), 0);
    return options;
}

/* Formats tokens as in tokens.txt. */
static void show(pt_buf *out, const pt_tokens *tokens)
{
    pt_buf_clear(out);
    pt_buf_text(out, "");
    for (size_t i = 0; i < tokens->count; i++) {
        pt_buf_text(out, i == 0 ? "" : tokens->items[i].opens ? " | " : " ");
        pt_buf_append(out, tokens->text.data + tokens->items[i].start, tokens->items[i].end - tokens->items[i].start);
    }
}

/* Replaces \xNN by the byte, in place. */
static void unescape(char *text)
{
    char *to = text;
    while (*text) {
        unsigned byte;
        if (text[0] == '\\' && text[1] == 'x' && sscanf(text + 2, "%2X", &byte) == 1) {
            *to++ = (char)byte;
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

static void test_cases(void **state)
{
    pt_text_options options = options_all();
    pt_tokens tokens = {0};
    pt_buf shown = {0};
    FILE *file = fopen("tests/cases/tokens.txt", "r");
    char line[1024];
    int cases = 0, wrong = 0, number = 0;
    (void)state;

    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *arrow, *expected;
        number++;
        line[strcspn(line, "\n")] = '\0';
        arrow = strstr(line, " =>");
        if (line[0] == '#' || !arrow) {
            continue;
        }
        expected = arrow + 3 + (arrow[3] == ' ');
        *arrow = '\0';
        unescape(line);
        assert_int_equal(pt_tokenize(&tokens, &options, line, NULL), 0);
        show(&shown, &tokens);
        cases++;
        if (strcmp(shown.data, expected[0] == '|' ? expected + 2 : expected) != 0) {
            wrong++;
            print_error("tokens.txt:%d: %s\n   expected: %s\n   got:      %s\n", number, line, expected, shown.data);
        }
    }
    fclose(file);
    assert_true(cases > 80);
    assert_int_equal(wrong, 0);
    pt_words_free(&options.stop_words);
    pt_tokens_free(&tokens);
    pt_buf_free(&shown);
}

/* A random text of pieces that occur in abstracts, some of them broken. */
static size_t random_text(char *out, size_t capacity, uint64_t *seed, bool ascii)
{
    static const char *const pieces[] = {"Fine-Tuning ",
                                         "$\\ell_2$",
                                         "{BERT}",
                                         "\\emph{",
                                         "}",
                                         "4.5%",
                                         "10,000",
                                         " the ",
                                         "SpikeGPT",
                                         "\\'e",
                                         "don't",
                                         "https://a.b/c ",
                                         ". ",
                                         "\\",
                                         "_1",
                                         "^{2}",
                                         "GPT-4",
                                         "\t",
                                         "models'",
                                         "é",
                                         "ﬁ",
                                         "注",
                                         "\xff",
                                         "\xe2\x80",
                                         "β",
                                         "’",
                                         "—",
                                         "\xf0\x9d"};
    size_t size = 0, count = ascii ? 19 : sizeof pieces / sizeof *pieces;
    for (int i = 0; i < 40; i++) {
        const char *piece = pieces[pt_random(seed) % count];
        size_t length = strlen(piece);
        if (pt_random(seed) % 8 == 0) {
            char c = (char)(pt_random(seed) % (ascii ? 127 : 255) + 1);
            piece = &c;
            length = 1;
            if (size + 1 < capacity) {
                out[size++] = c;
            }
            continue;
        }
        if (size + length < capacity) {
            memcpy(out + size, piece, length);
            size += length;
        }
    }
    out[size] = '\0';
    return size;
}

static void test_fast_path_folds_as_utf8proc_does(void **state)
{
    pt_buf fast = {0}, slow = {0};
    uint64_t seed = 1;
    char text[1024];
    (void)state;

    for (int i = 0; i < 20000; i++) {
        size_t size = random_text(text, sizeof text, &seed, i % 2);
        pt_buf_clear(&fast);
        pt_buf_clear(&slow);
        pt_fold(&fast, text, size, true);
        pt_fold(&slow, text, size, false);
        assert_int_equal(fast.size, slow.size);
        assert_memory_equal(fast.data, slow.data, fast.size);
    }
    pt_buf_free(&fast);
    pt_buf_free(&slow);
}

static void test_any_bytes_give_sound_tokens(void **state)
{
    pt_text_options options = options_all();
    pt_tokens tokens = {0};
    uint64_t seed = 2;
    char text[1024];
    (void)state;

    for (int i = 0; i < 20000; i++) {
        random_text(text, sizeof text, &seed, false);
        assert_int_equal(pt_tokenize(&tokens, &options, text, NULL), 0);
        for (size_t k = 0; k < tokens.count; k++) {
            pt_token token = tokens.items[k];
            assert_true(token.start < token.end);
            assert_true(token.end - token.start <= 48);
            assert_true(token.end < tokens.text.size);
            assert_int_equal(tokens.text.data[token.end], ' ');
            assert_true(k == 0 || token.start == tokens.items[k - 1].end + 1);
            assert_null(memchr(tokens.text.data + token.start, ' ', token.end - token.start));
        }
    }
    pt_words_free(&options.stop_words);
    pt_tokens_free(&tokens);
}

/* Shortcuts and vectors change no token. The texts fill their memory to the last byte, so that the sanitizers see what
 * is read beyond it. */
static void test_fast_path_gives_the_careful_tokens(void **state)
{
    static const char some[] = "aeisxzAEXZ059 .,%'-_{}^\\+\n\xce\xb2\xff";
    pt_text_options options = options_all();
    pt_tokens fast = {0}, careful = {0};
    uint64_t seed = 3;
    (void)state;

    for (int i = 0; i < 20000; i++) {
        char bytes[200];
        const size_t size = i % 2 ? random_text(bytes, sizeof bytes, &seed, true) : (size_t)i % sizeof bytes;
        char *text = malloc(size + 1);
        assert_non_null(text);
        for (size_t k = 0; k < size && i % 2 == 0; k++) { /* long words of few letters, that end in any way */
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            bytes[k] = some[(seed >> 33) % (i % 4 ? sizeof some - 1 : 13)];
        }
        memcpy(text, bytes, size);
        text[size] = '\0';
        assert_int_equal(pt_tokenize_by(&fast, &options, text, true, NULL), 0);
        assert_int_equal(pt_tokenize_by(&careful, &options, text, false, NULL), 0);
        assert_int_equal(fast.count, careful.count);
        assert_int_equal(fast.text.size, careful.text.size);
        assert_memory_equal(fast.text.data, careful.text.data, fast.text.size);
        for (size_t k = 0; k < fast.count; k++) {
            assert_int_equal(fast.items[k].end, careful.items[k].end);
            assert_int_equal(fast.items[k].opens, careful.items[k].opens);
            assert_int_equal(fast.items[k].hash, careful.items[k].hash);
        }
        free(text);
    }
    pt_words_free(&options.stop_words);
    pt_tokens_free(&fast);
    pt_tokens_free(&careful);
}

static void test_invalid_bytes_lose_nothing_after_them(void **state)
{
    pt_text_options options = {0};
    pt_tokens tokens = {0};
    (void)state;

    for (int byte = 0x80; byte < 0x100; byte++) {
        char text[] = "before X after that";
        text[7] = (char)byte;
        assert_int_equal(pt_tokenize(&tokens, &options, text, NULL), 0);
        assert_true(tokens.count >= 3);
        assert_memory_equal(tokens.text.data + tokens.items[tokens.count - 1].start, "that", 4);
    }
    pt_tokens_free(&tokens);
}

static void test_no_text_gives_no_tokens(void **state)
{
    pt_text_options options = {0};
    pt_tokens tokens = {0};
    (void)state;

    assert_int_equal(pt_tokenize(&tokens, &options, NULL, NULL), 0);
    assert_int_equal(tokens.count, 0);
    assert_int_equal(pt_tokenize(&tokens, &options, "", NULL), 0);
    assert_int_equal(tokens.count, 0);
    pt_tokens_free(&tokens);
}

static void test_sets_of_words(void **state)
{
    static const char words[] = "alpha\0beta\0gamma";
    pt_words set = {0};
    (void)state;

    assert_false(pt_words_have(&set, pt_hash("alpha", 5, 0)));
    assert_int_equal(pt_words_build(&set, words, sizeof words, NULL), 0);
    assert_int_equal(set.count, 3);
    assert_true(pt_words_have(&set, pt_hash("beta", 4, 0)));
    assert_false(pt_words_have(&set, pt_hash("bet", 3, 0)));
    pt_words_free(&set);
}

static void test_a_list_of_words_is_checked(void **state)
{
    static char many[2 * 32001];
    pt_words set = {0};
    papertag_error err;
    (void)state;

    assert_int_equal(pt_words_build(&set, "no end", 6, &err), PAPERTAG_BAD_ARGUMENT);
    for (size_t i = 0; i < sizeof many; i += 2) {
        many[i] = 'a';
    }
    assert_int_equal(pt_words_build(&set, many, sizeof many, &err), PAPERTAG_BAD_ARGUMENT);
    assert_non_null(strstr(err.message, "32000"));
    assert_int_equal(pt_words_build(&set, many, sizeof many - 2, &err), 0);
    pt_words_free(&set);
}

/* The first, a middle and the last name of each list: binary search needs them sorted. */
static void test_latex_commands(void **state)
{
    static const char *const formats[] = {"Big", "Vert", "approx", "leq", "mathbb", "textbf", "xspace"};
    static const char *const with_argument[] = {"autoref", "cite", "includegraphics", "vspace"};
    static const char *const words[] = {"", "alpha", "log", "Bi", "xspaces", "citet2"};
    (void)state;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        assert_int_equal(pt_find_latex_command(formats[i]), PT_LATEX_FORMAT);
    }
    for (size_t i = 0; i < sizeof with_argument / sizeof *with_argument; i++) {
        assert_int_equal(pt_find_latex_command(with_argument[i]), PT_LATEX_ARGUMENT);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(pt_find_latex_command(words[i]), PT_LATEX_WORD);
    }
    assert_int_equal(pt_find_latex_command("ell"), PT_LATEX_L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
                                       cmocka_unit_test(test_fast_path_folds_as_utf8proc_does),
                                       cmocka_unit_test(test_any_bytes_give_sound_tokens),
                                       cmocka_unit_test(test_fast_path_gives_the_careful_tokens),
                                       cmocka_unit_test(test_invalid_bytes_lose_nothing_after_them),
                                       cmocka_unit_test(test_no_text_gives_no_tokens),
                                       cmocka_unit_test(test_sets_of_words),
                                       cmocka_unit_test(test_a_list_of_words_is_checked),
                                       cmocka_unit_test(test_latex_commands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A web server on loopback that does what it is told, in a process of its own: to every request it
 * sends the bytes of its script, and it writes what it was asked into a file. */
#pragma once

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WEB_MAX 3

struct web {
    char asked[64]; /* a file: the requests, one after the other */
    pid_t pid[WEB_MAX];
    char url[WEB_MAX][64];
    size_t n;
};

enum web_end {
    WEB_HANGS_UP,  /* after the script */
    WEB_GOES_DEAF, /* keeps the connection and says nothing more */
};

static inline int web_setup(void **state)
{
    struct web *w = calloc(1, sizeof(*w));
    int fd;

    if (!w)
        return -1;
    strcpy(w->asked, "/tmp/felt-web-XXXXXX");
    fd = mkstemp(w->asked);
    if (fd < 0)
        return -1;
    close(fd);
    *state = w;
    return 0;
}

static inline int web_teardown(void **state)
{
    struct web *w = *state;

    for (size_t i = 0; i < w->n; i++) {
        if (w->pid[i] <= 0)
            continue;
        kill(w->pid[i], SIGKILL);
        waitpid(w->pid[i], NULL, 0);
    }
    unlink(w->asked);
    free(w);
    return 0;
}

/* Reads a head and the body that it announces; what is no HTTP, as it comes. */
static inline size_t web_read(int fd, char *bytes, size_t size)
{
    size_t len = 0, wanted = 0;

    while (len + 1 < size) {
        ssize_t n = read(fd, bytes + len, size - 1 - len);
        const char *head_end, *length;

        if (n <= 0)
            break;
        len += (size_t)n;
        bytes[len] = '\0';
        if (bytes[0] < 'A' || bytes[0] > 'Z')
            break;
        head_end = strstr(bytes, "\r\n\r\n");
        if (!head_end)
            continue;
        length = strstr(bytes, "Content-Length: ");
        wanted = (size_t)(head_end + 4 - bytes) +
                 (length ? strtoul(length + strlen("Content-Length: "), NULL, 10) : 0);
        if (len >= wanted)
            break;
    }
    return len;
}

static inline void web_perform(const struct web *w, int listener, const char *script,
                               enum web_end end)
{
    static char bytes[1 << 16];

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        size_t len = strlen(script), sent = 0, n;
        FILE *asked;

        if (fd < 0)
            _exit(1);
        n = web_read(fd, bytes, sizeof(bytes));
        asked = fopen(w->asked, "a");
        if (!asked || fwrite(bytes, 1, n, asked) != n || fclose(asked) != 0)
            _exit(1);
        while (sent < len) {
            ssize_t part = send(fd, script + sent, len - sent, MSG_NOSIGNAL);

            if (part <= 0)
                break;
            sent += (size_t)part;
        }
        while (end == WEB_GOES_DEAF && read(fd, bytes, 1) == 1)
            ;
        close(fd);
    }
}

/* It listens when this returns; the URL is the next one of w. */
static inline void web_start(struct web *w, const char *script, enum web_end end)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t address_len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(w->n < WEB_MAX && listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &address_len), 0);
    assert_int_equal(listen(listener, 4), 0);
    snprintf(w->url[w->n], sizeof(w->url[0]), "http://127.0.0.1:%u", ntohs(address.sin_port));
    fflush(NULL);
    w->pid[w->n] = fork();
    assert_true(w->pid[w->n] >= 0);
    if (w->pid[w->n] == 0) {
        alarm(60); /* even where the test is killed */
        web_perform(w, listener, script, end);
    }
    close(listener);
    w->n++;
}

/* A port at which nobody listens; the URL is the next one of w. */
static inline void web_is_down(struct web *w)
{
    web_start(w, "", WEB_HANGS_UP);
    kill(w->pid[w->n - 1], SIGKILL);
    waitpid(w->pid[w->n - 1], NULL, 0);
    w->pid[w->n - 1] = 0;
}

/* What was asked so far. text has size bytes. */
static inline const char *web_asked(const struct web *w, char *text, size_t size)
{
    FILE *f = fopen(w->asked, "r");

    assert_non_null(f);
    text[fread(text, 1, size - 1, f)] = '\0';
    fclose(f);
    return text;
}

#define WEB_TEST(f) cmocka_unit_test_setup_teardown(f, web_setup, web_teardown)

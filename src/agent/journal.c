/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION /* it would be this file's, always */
#include <systemd/sd-journal.h>

#define FIXED_FIELDS 4 /* MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, MESSAGE_ID */

static const struct {
    const char *begins, *id;
} messages[] = {
    {"node: ready", "10e97e3aa7844a7bb5dc35b3ae78c1c8"},
    {"lease: subnet=", "b01a10b7c97b47498aa3a365b5a6756f"},
    {"lease: LOST subnet=", "3094ab72a0dd4cd9ba3c4f547ed537c4"},
    {"lease: no subnet for this node yet", "4cead7e0c93749c8a530301e39fc457a"},
    {"lease: FORK subnet=", "7e24bcb42a5c424b82d29b4542ccbf6f"},
    {"gossip: member is alive", "1996eb054e134e7390d3a06eecfea5ff"},
    {"gossip: member is dead", "ddac29dbc8784683af5fe3316589a001"},
    {"gossip: member has left", "37492e876de14242984e5358182c95e4"},
    {"node: gave up identity", "06502f3e019a4b3b9a950e9e95460913"},
    {"node: has left the cluster", "2431b2e9fc994229b816cf0711dd5e39"},
    {"store: cannot save", "587ef807050b455ba7e02f5ba636fd54"},
    {"overlay: packets do not get through", "c5f29917a99744cf8d11f993b38b3d18"},
    {"overlay: packets of the overlay's MTU", "59f41db384ee4aa49ff83c30abf3aa56"},
};

static const struct {
    const char *key, *field;
} keys[] = {
    {"node=", "FELT_NODE="},
    {"peer=", "FELT_PEER="},
    {"name=", "FELT_NAME="},
    {"subnet=", "FELT_SUBNET="},
};

/* The value of a key that begins a word; its length is 0 where the line has none. What ends a part
 * of a sentence is not its. */
static const char *find(const char *line, const char *key, size_t *ret_len)
{
    const char *at = line;

    *ret_len = 0;
    while ((at = strstr(at, key)) != NULL && at > line && at[-1] != ' ')
        at++;
    if (!at)
        return NULL;
    at += strlen(key);
    *ret_len = strcspn(at, " ");
    while (*ret_len > 0 && strchr(",;:.", at[*ret_len - 1]))
        --*ret_len;
    return at;
}

void felt_journal_fields(const char *line, struct felt_journal_fields *ret_fields)
{
    struct felt_journal_fields fields = {0};

    _Static_assert(FELT_ARRAY_LEN(keys) <= FELT_JOURNAL_FIELDS_MAX, "each has a place");
    for (size_t i = 0; i < FELT_ARRAY_LEN(keys); i++) {
        size_t len;
        const char *value = find(line, keys[i].key, &len);

        if (len == 0 || strlen(keys[i].field) + len >= FELT_JOURNAL_FIELD_TEXT)
            continue;
        snprintf(fields.text[fields.n++], FELT_JOURNAL_FIELD_TEXT, "%s%.*s", keys[i].field,
                 (int)len, value);
    }
    for (size_t i = 0; i < FELT_ARRAY_LEN(messages) && !fields.message_id; i++) {
        if (strncmp(line, messages[i].begins, strlen(messages[i].begins)) == 0)
            fields.message_id = messages[i].id;
    }
    *ret_fields = fields;
}

static struct iovec entry(char *text)
{
    return (struct iovec){.iov_base = text, .iov_len = strlen(text)};
}

int felt_journal_send(enum felt_log_level level, const char *line)
{
    char message[sizeof("MESSAGE=") + FELT_LOG_LINE_MAX], priority[32], id[64];
    char identifier[] = "SYSLOG_IDENTIFIER=feltd";
    struct iovec entries[FIXED_FIELDS + FELT_JOURNAL_FIELDS_MAX];
    struct felt_journal_fields fields;
    int n = 0;

    /* sd_journal_sendv() takes it for success when nobody listens. */
    if (access(FELT_JOURNAL_SOCKET, W_OK) < 0)
        return -errno;
    felt_journal_fields(line, &fields);
    snprintf(message, sizeof(message), "MESSAGE=%s", line);
    snprintf(priority, sizeof(priority), "PRIORITY=%d", (int)level);
    entries[n++] = entry(message);
    entries[n++] = entry(priority);
    entries[n++] = entry(identifier);
    if (fields.message_id) {
        snprintf(id, sizeof(id), "MESSAGE_ID=%s", fields.message_id);
        entries[n++] = entry(id);
    }
    for (size_t i = 0; i < fields.n; i++)
        entries[n++] = entry(fields.text[i]);
    return sd_journal_sendv(entries, n);
}

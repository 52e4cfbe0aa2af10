// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Units of systemd that failed: one call over its private socket, which is for root and needs no
 * bus.  The format is that of the D-Bus specification, in the byte order of the machine.
 *
 * Not with sd-bus of libsystemd, which would make this file a third as long: distributions ship
 * only its shared library (Debian 12: libsystemd-dev has no libsystemd.a), so "make static" could
 * not link it, and every tool package would depend on systemd for one call.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "units.h"

#define WAIT_US 500000			/* maximum wait for each part of the answer */
#define REPLY_MAX (1 << 20)
#define MESSAGES_MAX 10			/* messages before the answer */
#define NAMES_MAX 20

enum { METHOD_CALL = 1, METHOD_RETURN = 2, METHOD_ERROR = 3 };
enum { FIELD_PATH = 1, FIELD_INTERFACE = 2, FIELD_MEMBER = 3, FIELD_SIGNATURE = 8 };
enum { HEADER = 16, BODY_LENGTH_AT = 4, FIELDS_LENGTH_AT = 12 };

/* A message being written or read.  @failed: it did not fit. */
struct message {
	char *at;
	size_t len, size;
	bool failed;
};

static char byte_order(void)
{
	const __u16 one = 1;

	return *(const char *)&one ? 'l' : 'B';
}

static void put(struct message *m, const void *from, size_t n)
{
	if (m->len + n > m->size) {
		m->failed = true;
		return;
	}
	memcpy(m->at + m->len, from, n);
	m->len += n;
}

static void put_align(struct message *m, size_t unit)
{
	while (m->len % unit && !m->failed)
		put(m, "", 1);
}

static void put_u32(struct message *m, __u32 v)
{
	put_align(m, sizeof(v));
	put(m, &v, sizeof(v));
}

static void put_string(struct message *m, const char *s)
{
	put_u32(m, strlen(s));
	put(m, s, strlen(s) + 1);
}

/* A field of the header: its number, the signature of its value, and the value. */
static void put_field(struct message *m, char number, char type, const char *value)
{
	const char head[] = { number, 1, type, '\0' };
	char len = strlen(value);

	put_align(m, 8);
	put(m, head, sizeof(head));
	if (type != 'g') {
		put_string(m, value);
		return;
	}
	put(m, &len, 1);
	put(m, value, strlen(value) + 1);
}

/* ListUnitsFiltered(["failed"]), since systemd 211. */
static void put_call(struct message *m)
{
	const char head[] = { byte_order(), METHOD_CALL, 0, 1 };
	__u32 body = sizeof(__u32) + sizeof(__u32) + sizeof("failed"), fields;

	put(m, head, sizeof(head));
	put_u32(m, body);
	put_u32(m, 1);			/* serial number */
	put_u32(m, 0);			/* length of the fields, see below */
	put_field(m, FIELD_PATH, 'o', "/org/freedesktop/systemd1");
	put_field(m, FIELD_INTERFACE, 's', "org.freedesktop.systemd1.Manager");
	put_field(m, FIELD_MEMBER, 's', "ListUnitsFiltered");
	put_field(m, FIELD_SIGNATURE, 'g', "as");
	fields = m->len - HEADER;
	memcpy(m->at + FIELDS_LENGTH_AT, &fields, sizeof(fields));
	put_align(m, 8);
	put_u32(m, body - sizeof(__u32));
	put_string(m, "failed");
}

static bool get_u32(struct message *m, __u32 *v)
{
	m->len = (m->len + sizeof(*v) - 1) / sizeof(*v) * sizeof(*v);
	if (m->len + sizeof(*v) > m->size)
		return false;
	memcpy(v, m->at + m->len, sizeof(*v));
	m->len += sizeof(*v);
	return true;
}

/* Return a string in the message, or NULL. */
static const char *get_string(struct message *m)
{
	const char *s;
	__u32 n;

	if (!get_u32(m, &n) || n >= m->size - m->len || m->at[m->len + n])
		return NULL;
	s = m->at + m->len;
	m->len += n + 1;
	return s;
}

/* The next of the structs (ssssssouso): return the first string, or NULL. */
static const char *get_unit(struct message *m)
{
	const char *name;
	__u32 job;

	m->len = (m->len + 7) / 8 * 8;
	name = get_string(m);
	for (int i = 1; i < 7; i++)
		if (!get_string(m))
			return NULL;
	return get_u32(m, &job) && get_string(m) && get_string(m) ? name : NULL;
}

static bool read_all(int fd, char *to, size_t n)
{
	while (n) {
		ssize_t got = read(fd, to, n);

		if (got <= 0)
			return false;
		to += got;
		n -= got;
	}
	return true;
}

/* Read one message; return its type, or 0.  Its body is then malloc'd in @m. */
static int read_message(int fd, struct message *m)
{
	char head[HEADER], *fields;
	__u32 body_len, fields_len;
	bool read;

	if (!read_all(fd, head, sizeof(head)) || head[0] != byte_order())
		return 0;
	memcpy(&body_len, head + BODY_LENGTH_AT, sizeof(body_len));
	memcpy(&fields_len, head + FIELDS_LENGTH_AT, sizeof(fields_len));
	if (body_len > REPLY_MAX || fields_len > REPLY_MAX)
		return 0;
	fields_len = (fields_len + 7) / 8 * 8;
	fields = malloc(fields_len + 1);
	*m = (struct message){ .at = malloc(body_len + 1), .size = body_len };
	read = fields && m->at && read_all(fd, fields, fields_len) && read_all(fd, m->at, body_len);
	free(fields);
	return read ? head[1] : 0;
}

static bool read_reply(int fd, struct message *m)
{
	for (int i = 0; i < MESSAGES_MAX; i++) {
		int type = read_message(fd, m);

		if (type == METHOD_RETURN)
			return true;
		free(m->at);
		m->at = NULL;
		if (!type || type == METHOD_ERROR)
			return false;
	}
	return false;
}

/*
 * "AUTH EXTERNAL" with the user's number, each digit in hexadecimal; "OK ..." ends with a newline.
 * BEGIN is sent before the answer: a message that systemd 252 reads together with BEGIN is lost.
 */
static bool authenticate(int fd)
{
	char line[128] = "", digits[16];
	size_t len;

	snprintf(digits, sizeof(digits), "%u", geteuid());
	len = 1 + snprintf(line + 1, sizeof(line) - 1, "AUTH EXTERNAL ");
	for (const char *digit = digits; *digit; digit++)
		len += snprintf(line + len, sizeof(line) - len, "%02x", *digit);
	len += snprintf(line + len, sizeof(line) - len, "\r\nBEGIN\r\n");
	if (send(fd, line, len, MSG_NOSIGNAL) != (ssize_t)len)
		return false;
	for (len = 0; len < sizeof(line) - 1 && read_all(fd, line + len, 1); len++)
		if (line[len] == '\n')
			break;
	return strncmp(line, "OK ", 3) == 0;
}

static int connect_systemd(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_usec = WAIT_US };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/run/systemd/private", source_root);
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)) && authenticate(fd))
		return fd;
	close(fd);
	return -1;
}

/* Ask for the failed units; their answer is malloc'd in @m. */
static bool ask(struct message *m)
{
	char buffer[512];
	struct message call = { .at = buffer, .size = sizeof(buffer) };
	int fd = connect_systemd();
	bool answered;

	if (fd < 0)
		return false;
	put_call(&call);
	answered = !call.failed && send(fd, call.at, call.len, MSG_NOSIGNAL) == (ssize_t)call.len &&
		read_reply(fd, m);
	close(fd);
	return answered;
}

/*
 * Ask systemd only at the start, and keep the answer for the end.  A tool that may connect to
 * systemd, or that keeps a connection, can start services, so the sandbox does not allow either.
 */
void units_keys(struct usestat *u, struct json *json)
{
	const char *name, *names[NAMES_MAX];
	static struct message answer;
	struct message m;
	__u32 bytes, n = 0;

	if (!source_exists("/run/systemd/system"))
		return;
	if (!u->last) {
		free(answer.at);
		answer = (struct message){};
		ask(&answer);
	}
	m = answer;
	if (!m.at || !get_u32(&m, &bytes)) {
		missing("failed units", "systemd does not answer at /run/systemd/private",
			"run as root: systemctl --failed");
		return;
	}
	for (; m.len < m.size && (name = get_unit(&m)); n++)
		if (n < NAMES_MAX)
			names[n] = name;
	record_uint(u, "failed_units", n);
	json_array(json, "failed_unit_names");
	for (__u32 i = 0; i < n && i < NAMES_MAX; i++)
		json_name(json, NULL, names[i]);
	json_end(json);
}

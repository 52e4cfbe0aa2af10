// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tools/tcpconnect/dns.c: names from handwritten DNS answers. */
#include "render.h"
#include "../../tools/tcpconnect/dns.c"

static const __u8 addr4[16] = { 192, 0, 2, 7 };

/* An answer to "www.test": 192.0.2.7. */
static const __u8 answer[] = {
	0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0,
	3, 'w', 'w', 'w', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7,
};

/* A packet of IPv4 with an answer from 127.0.0.53 to port 1000 of 127.0.0.1, or with its query. */
#define HEADERS (sizeof(struct iphdr) + sizeof(struct udphdr))

static void send_message(const __u8 *message, size_t len, bool is_answer, __u16 client_port)
{
	__u8 *packet = calloc(1, HEADERS + len);
	const __u8 client[] = { 127, 0, 0, 1 }, server[] = { 127, 0, 0, 53 };
	struct udphdr udp = {
		.source = htons(is_answer ? 53 : client_port), .dest = htons(is_answer ? client_port : 53),
	};

	packet[0] = 0x45;
	memcpy(packet + 12, is_answer ? server : client, 4);
	memcpy(packet + 16, is_answer ? client : server, 4);
	memcpy(packet + sizeof(struct iphdr), &udp, sizeof(udp));
	memcpy(packet + HEADERS, message, len);
	take_packet(packet, HEADERS + len, 1000);
	free(packet);
}

/*
 * Send the query that belongs to the answer: the answer without its response flag and its record.
 */
static void send_query(__u16 port)
{
	__u8 query[26];

	memcpy(query, answer, sizeof(query));
	query[2] = 0x01;
	query[7] = 0;
	send_message(query, sizeof(query), false, port);
}

static int free_cache(void **state)
{
	for (int i = 0; cache.entries && i < CACHE_MAX; i++)
		free(cache.entries[i].name);
	free(cache.entries);
	free(cache.queries);
	return 0;
}

static int empty_cache(void **state)
{
	cache.n = 0;
	free_cache(state);
	cache.entries = calloc(CACHE_MAX, sizeof(*cache.entries));
	cache.queries = calloc(QUERIES, sizeof(*cache.queries));
	memset(cache.buckets, 0xff, sizeof(cache.buckets));
	return 0;
}

static void answer_gives_a_name_and_its_age(void **state)
{
	__u64 age;

	send_query(1000);
	send_message(answer, sizeof(answer), true, 1000);
	assert_string_equal(dns_name(4, addr4, 1500, &age), "www.test");
	assert_int_equal(age, 500);
	assert_non_null(dns_name(4, addr4, 900, &age));
	assert_int_equal(age, 0);
	assert_null(dns_name(6, addr4, 1500, &age));
	assert_null(dns_name(4, addr4, 1000 + CACHE_NS, &age));
}

static void query_gives_none(void **state)
{
	__u64 age;

	send_query(1000);
	send_query(1000);
	assert_null(dns_name(4, addr4, 1500, &age));
}

/* Anybody can send packets from port 53: to another port, with another id, name or type, or too late. */
static void only_the_answer_to_a_query_counts(void **state)
{
	static const size_t changed[] = { 0, 1, 13, 23 };	/* id, id, name, type */
	__u64 age;

	send_message(answer, sizeof(answer), true, 1000);
	assert_null(dns_name(4, addr4, 1500, &age));
	send_query(1000);
	send_message(answer, sizeof(answer), true, 1001);
	assert_null(dns_name(4, addr4, 1500, &age));
	for (size_t i = 0; i < ARRAY_SIZE(changed); i++) {
		__u8 other[sizeof(answer)];

		memcpy(other, answer, sizeof(other));
		other[changed[i]]++;
		send_message(other, sizeof(other), true, 1000);
		assert_null(dns_name(4, addr4, 1500, &age));
	}
	/* A packet that claims to be an answer, sent to a server. */
	send_message(answer, sizeof(answer), false, 1000);
	assert_null(dns_name(4, addr4, 1500, &age));
	send_message(answer, sizeof(answer), true, 1000);
	assert_non_null(dns_name(4, addr4, 1500, &age));
}

static void the_case_of_letters_does_not_count(void **state)
{
	__u8 other[sizeof(answer)];
	__u64 age;

	memcpy(other, answer, sizeof(other));
	other[13] = 'W';
	send_query(1000);
	send_message(other, sizeof(other), true, 1000);
	assert_non_null(dns_name(4, addr4, 1500, &age));
}

static void queries_expire(void **state)
{
	struct query query = {};

	query.ns = 1000;
	*place_of(&query) = query;
	assert_true(was_seen(&query, 1000 + QUERY_NS - 1));
	assert_false(was_seen(&query, 1000 + QUERY_NS));
}

/* Truncated anywhere, or with any byte changed: no crash (run with SAN=1). */
static void broken_answers_do_no_harm(void **state)
{
	send_query(1000);
	for (size_t len = 0; len < sizeof(answer); len++)
		send_message(answer, len, true, 1000);
	for (size_t i = 0; i < sizeof(answer) * 256; i++) {
		__u8 bad[sizeof(answer)];

		memcpy(bad, answer, sizeof(answer));
		bad[i / 256] = i;
		send_message(bad, sizeof(answer), true, 1000);
	}
}

/* Send the query, then the answer, in a packet that begins with @first and has that many bytes of headers. */
static void send_both(__u8 first, size_t headers)
{
	__u8 packet[64 + sizeof(answer)] = { first };
	struct udphdr udp = { .dest = htons(53) };

	memcpy(packet + headers, &udp, sizeof(udp));
	memcpy(packet + headers + sizeof(udp), answer, sizeof(answer));
	packet[headers + sizeof(udp) + 2] = 0x01;
	take_packet(packet, headers + sizeof(udp) + sizeof(answer), 1000);
	udp = (struct udphdr){ .source = htons(53) };
	memcpy(packet + headers, &udp, sizeof(udp));
	packet[headers + sizeof(udp) + 2] = 0x81;
	take_packet(packet, headers + sizeof(udp) + sizeof(answer), 1000);
}

static void packets_of_both_families(void **state)
{
	const __u8 tiny[] = { 0x60 }, short_header[32] = { 0x41 };
	__u64 age;

	send_both(0x46, 24);		/* 0x46: 24 bytes of header */
	assert_non_null(dns_name(4, addr4, 1500, &age));
	empty_cache(state);
	send_both(0x60, 40);
	assert_non_null(dns_name(4, addr4, 1500, &age));
	take_packet(tiny, sizeof(tiny), 1000);
	take_packet(short_header, sizeof(short_header), 1000);
}

static void keep_number(unsigned int i)
{
	__u8 addr[16] = { i >> 16, i >> 8, i };
	char name[16];

	snprintf(name, sizeof(name), "n%u", i);
	keep(4, addr, name, 1000);
}

static void cache_is_bounded_and_forgets_the_oldest(void **state)
{
	__u64 age;

	for (unsigned int i = 0; i < 3 * CACHE_MAX; i++)
		keep_number(i);
	for (unsigned int i = 0; i < 3 * CACHE_MAX; i++) {
		__u8 addr[16] = { i >> 16, i >> 8, i };
		const char *name = dns_name(4, addr, 1500, &age);

		if (i < 2 * CACHE_MAX)
			assert_null(name);
		else
			assert_int_equal(atoi(name + 1), i);
	}
	keep_number(3 * CACHE_MAX - 1);		/* known: needs no new entry */
	assert_int_equal(cache.n, 3 * CACHE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(answer_gives_a_name_and_its_age, empty_cache),
		cmocka_unit_test_setup(query_gives_none, empty_cache),
		cmocka_unit_test_setup(only_the_answer_to_a_query_counts, empty_cache),
		cmocka_unit_test_setup(the_case_of_letters_does_not_count, empty_cache),
		cmocka_unit_test_setup(queries_expire, empty_cache),
		cmocka_unit_test_setup(broken_answers_do_no_harm, empty_cache),
		cmocka_unit_test_setup(packets_of_both_families, empty_cache),
		cmocka_unit_test_setup(cache_is_bounded_and_forgets_the_oldest, empty_cache),
	};

	return cmocka_run_group_tests(tests, NULL, free_cache);
}

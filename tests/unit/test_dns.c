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

static int free_cache(void **state)
{
	for (int i = 0; cache.entries && i < CACHE_MAX; i++)
		free(cache.entries[i].name);
	free(cache.entries);
	return 0;
}

static int empty_cache(void **state)
{
	cache.n = 0;
	free_cache(state);
	cache.entries = calloc(CACHE_MAX, sizeof(*cache.entries));
	memset(cache.buckets, 0xff, sizeof(cache.buckets));
	return 0;
}

static void answer_gives_a_name_and_its_age(void **state)
{
	__u64 age;

	take_message(answer, sizeof(answer), 1000);
	assert_string_equal(dns_name(4, addr4, 1500, &age), "www.test");
	assert_int_equal(age, 500);
	assert_non_null(dns_name(4, addr4, 900, &age));
	assert_int_equal(age, 0);
	assert_null(dns_name(6, addr4, 1500, &age));
	assert_null(dns_name(4, addr4, 1000 + CACHE_NS, &age));
}

static void query_gives_none(void **state)
{
	__u8 query[sizeof(answer)];
	__u64 age;

	memcpy(query, answer, sizeof(query));
	query[2] = 0x01;
	take_message(query, sizeof(query), 1000);
	assert_null(dns_name(4, addr4, 1500, &age));
}

/* Truncated anywhere, or with any byte changed: no crash (run with SAN=1). */
static void broken_answers_do_no_harm(void **state)
{
	for (size_t len = 0; len < sizeof(answer); len++) {
		__u8 *cut = malloc(len + !len);

		memcpy(cut, answer, len);
		take_message(cut, len, 1000);
		free(cut);
	}
	for (size_t i = 0; i < sizeof(answer) * 256; i++) {
		__u8 *bad = malloc(sizeof(answer));

		memcpy(bad, answer, sizeof(answer));
		bad[i / 256] = i;
		take_message(bad, sizeof(answer), 1000);
		free(bad);
	}
}

static void packets_of_both_families(void **state)
{
	__u8 packet[sizeof(struct ip6_hdr) + sizeof(struct udphdr) + sizeof(answer)] = { 0x46 };
	__u64 age;

	memcpy(packet + 24 + 8, answer, sizeof(answer));	/* 0x46: 24 bytes of header */
	take_packet(packet, 24 + 8 + sizeof(answer), 1000);
	assert_non_null(dns_name(4, addr4, 1500, &age));
	empty_cache(state);
	packet[0] = 0x60;
	memcpy(packet + 40 + 8, answer, sizeof(answer));
	take_packet(packet, sizeof(packet), 1000);
	assert_non_null(dns_name(4, addr4, 1500, &age));
	take_packet(packet, 1, 1000);
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
		cmocka_unit_test_setup(broken_answers_do_no_harm, empty_cache),
		cmocka_unit_test_setup(packets_of_both_families, empty_cache),
		cmocka_unit_test_setup(cache_is_bounded_and_forgets_the_oldest, empty_cache),
	};

	return cmocka_run_group_tests(tests, NULL, free_cache);
}

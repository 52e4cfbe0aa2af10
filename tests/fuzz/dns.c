// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Packets from and to port 53, as tcpconnect -d gets them: each after two bytes of length. */
#include "fuzz.h"
#include "../../tools/tcpconnect/dns.c"

static void start(void)
{
	cache.entries = calloc(CACHE_MAX, sizeof(*cache.entries));
	cache.queries = calloc(QUERIES, sizeof(*cache.queries));
	if (!cache.entries || !cache.queries)
		abort();
	memset(cache.buckets, 0xff, sizeof(cache.buckets));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__u64 age;

	if (!cache.entries)
		start();
	while (size > 2) {
		size_t n = data[0] << 8 | data[1];
		__u8 *packet;

		data += 2;
		size -= 2;
		n = n < size ? n : size;
		packet = malloc(n);		/* of this size, so that reads beyond it are seen */
		if (n && packet) {
			memcpy(packet, data, n);
			take_packet(packet, n, 1000);
		}
		free(packet);
		data += n;
		size -= n;
	}
	dns_name(4, (const __u8[16]){ 192, 0, 2, 7 }, 1500, &age);
	return 0;
}

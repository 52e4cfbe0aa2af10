// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ctype.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/sandbox.h"
#include "core/skel.h"

#define CACHE_MAX 10240			/* addresses */
#define CACHE_NS (24 * 3600 * NS_PER_S)
#define BUCKETS 4096			/* a power of two */
#define QUEUE_BYTES (4 << 20)		/* socket buffer for several thousand unread answers */
#define READ_MAX 4096			/* answers read at a time: a flood cannot block the tool */
#define NONE (-1)
#define QUERIES 8192			/* queries remembered at a time; a power of two */
#define QUERY_NS (60 * NS_PER_S)	/* resolvers give up after 5 to 30 s */

/* An address from an answer. A new one replaces the oldest. */
struct entry {
	__u8 addr[16];
	int family;
	int next;			/* next in the same bucket; NONE: the last */
	__u64 ns;			/* of the answer, CLOCK_MONOTONIC */
	char *name;
};

/* A query that was seen.  Only answers to seen queries are used. */
struct query {
	__u8 client[16], server[16];
	__u16 port;			/* of the client */
	__u16 id;
	__u32 question;			/* hash of name and type */
	__u64 ns;			/* CLOCK_MONOTONIC; 0: none */
};

static struct {
	int fd;
	struct query *queries;		/* by hash; a new one replaces an old one */
	struct entry *entries;
	int buckets[BUCKETS];
	unsigned long n;		/* entries ever made: n % CACHE_MAX is the oldest */
} cache = { .fd = -1 };

/*
 * UDP from or to port 53, no later fragments.  A SOCK_DGRAM packet socket's filter
 * sees the packet from the network header on.  Jumps count from the next line.
 */
static struct sock_filter port_53[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 7, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 13),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct iphdr, protocol)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 11),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct iphdr, frag_off)),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP_OFFMASK, 9, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),		/* X: the header's length */
	BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct ip6_hdr, ip6_nxt)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
	BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, sizeof(struct ip6_hdr)),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(struct udphdr, source)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NS_DEFAULTPORT, 3, 0),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, offsetof(struct udphdr, dest)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NS_DEFAULTPORT, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
};

/* State of dns_read() and dns_end(). */
static const struct sandbox_call dns_calls[] = { { "recvmsg" }, { "getsockopt" }, {} };

/*
 * Create the socket with protocol 0, which receives nothing, until its filter is attached.
 * Otherwise packets of other kinds could already be queued.
 */
int dns_start(void)
{
	struct sock_fprog filter = { ARRAY_SIZE(port_53), port_53 };
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int on = 1, bytes = QUEUE_BYTES;

	cache.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (cache.fd < 0)
		return log_err(-errno, "cannot listen to DNS answers (CAP_NET_RAW is needed)");
	if (setsockopt(cache.fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(cache.fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(cache.fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(cache.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    bind(cache.fd, (struct sockaddr *)&all, sizeof(all)))
		return log_err(-errno, "cannot listen to DNS answers");
	cache.entries = calloc(CACHE_MAX, sizeof(*cache.entries));
	cache.queries = calloc(QUERIES, sizeof(*cache.queries));
	if (!cache.entries || !cache.queries)
		return log_err(-ENOMEM, "cannot keep DNS answers");
	memset(cache.buckets, 0xff, sizeof(cache.buckets));	/* NONE */
	sandbox_allow(dns_calls);
	return 0;
}

/* FNV-1a of @len bytes of @data, continued from @hash. */
static __u32 hash_more(__u32 hash, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ ((const __u8 *)data)[i]) * 16777619;
	return hash;
}

static int *bucket_of(int family, const __u8 addr[16])
{
	__u32 hash = hash_more(family, addr, 16);

	return &cache.buckets[(hash ^ hash >> 16) & (BUCKETS - 1)];
}

static struct entry *find(int family, const __u8 addr[16])
{
	for (int i = *bucket_of(family, addr); i != NONE; i = cache.entries[i].next)
		if (cache.entries[i].family == family &&
		    memcmp(cache.entries[i].addr, addr, 16) == 0)
			return &cache.entries[i];
	return NULL;
}

/* Remove entry @i, if it is in use, from its bucket. */
static void forget(int i)
{
	struct entry *e = &cache.entries[i];
	int *link = bucket_of(e->family, e->addr);

	if (!e->name)
		return;
	while (*link != i)
		link = &cache.entries[*link].next;
	*link = e->next;
	free(e->name);
}

static void keep(int family, const __u8 addr[16], const char *name, __u64 ns)
{
	struct entry *e = find(family, addr);
	char *copy = strdup(name);
	int i, *bucket;

	if (!copy)
		return;
	if (e) {
		free(e->name);
		e->name = copy;
		e->ns = ns;
		return;
	}
	i = cache.n++ % CACHE_MAX;
	forget(i);
	bucket = bucket_of(family, addr);
	e = &cache.entries[i];
	*e = (struct entry){ .family = family, .next = *bucket, .ns = ns, .name = copy };
	memcpy(e->addr, addr, sizeof(e->addr));
	*bucket = i;
}

/* Store the addresses in an answer under the requested name. */
static void take_answer(ns_msg *message, const ns_rr *question, __u64 ns)
{
	ns_rr rr;

	for (int i = 0; i < ns_msg_count(*message, ns_s_an); i++) {
		__u8 addr[16] = {};

		if (ns_parserr(message, ns_s_an, i, &rr))
			return;
		if ((ns_rr_type(rr) == ns_t_a && ns_rr_rdlen(rr) == 4) ||
		    (ns_rr_type(rr) == ns_t_aaaa && ns_rr_rdlen(rr) == 16)) {
			memcpy(addr, ns_rr_rdata(rr), ns_rr_rdlen(rr));
			keep(ns_rr_rdlen(rr) == 4 ? 4 : 6, addr, ns_rr_name(*question), ns);
		}
	}
}

/* Return where @query is remembered. */
static struct query *place_of(const struct query *query)
{
	__u32 hash = hash_more(query->question, query->client, sizeof(query->client));

	hash = hash_more(hash, query->server, sizeof(query->server));
	hash = hash_more(hash, &query->port, sizeof(query->port));
	hash = hash_more(hash, &query->id, sizeof(query->id));
	return &cache.queries[(hash ^ hash >> 16) & (QUERIES - 1)];
}

/* Return true if @query was seen, at most QUERY_NS before @ns. */
static bool was_seen(const struct query *query, __u64 ns)
{
	const struct query *seen = place_of(query);

	/* memcmp() is safe: both structs start as all zeros and have no holes before ns. */
	return seen->ns && memcmp(seen, query, offsetof(struct query, ns)) == 0 &&
	       (ns < seen->ns || ns - seen->ns < QUERY_NS);
}

static __u32 hash_question(const ns_rr *question)
{
	__u16 type = ns_rr_type(*question);
	__u32 hash = hash_more(2166136261, &type, sizeof(type));

	/* Resolvers vary the case of letters. */
	for (const char *name = ns_rr_name(*question); *name; name++)
		hash = hash_more(hash, &(char){ tolower((unsigned char)*name) }, 1);
	return hash;
}

/* Remember the DNS message if it is a query, and take the addresses of an answer to one. */
static void take_message(const __u8 *data, size_t len, struct query *query, bool from_server, __u64 ns)
{
	ns_msg message;
	ns_rr question;
	bool answer;

	if (ns_initparse(data, len, &message) || ns_parserr(&message, ns_s_qd, 0, &question))
		return;
	answer = ns_msg_getflag(message, ns_f_qr);
	query->id = ns_msg_id(message);
	query->question = hash_question(&question);
	query->ns = ns ? ns : 1;
	if (!answer && !from_server)
		*place_of(query) = *query;
	else if (answer && from_server && was_seen(query, ns))
		take_answer(&message, &question, ns);
}

/*
 * Copy the addresses and the port of the client from a packet that comes from the server
 * (@from_server) or goes to it.
 */
static void read_flow(const __u8 *packet, const struct udphdr *udp, bool from_server, struct query *query)
{
	bool wide = packet[0] >> 4 != 4;
	size_t bytes = wide ? 16 : 4, at = wide ? offsetof(struct ip6_hdr, ip6_src) :
						  offsetof(struct iphdr, saddr);

	memcpy(from_server ? query->server : query->client, packet + at, bytes);
	memcpy(from_server ? query->client : query->server, packet + at + bytes, bytes);
	query->port = from_server ? udp->dest : udp->source;
}

/* @packet begins with the network header; the filter has checked it. */
static void take_packet(const __u8 *packet, size_t len, __u64 ns)
{
	size_t headers = packet[0] >> 4 == 4 ? (packet[0] & 15) * 4 : sizeof(struct ip6_hdr);
	size_t least = packet[0] >> 4 == 4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr);
	struct query query = {};
	struct udphdr udp;
	bool from_server;

	if (headers < least || len <= headers + sizeof(udp))
		return;
	memcpy(&udp, packet + headers, sizeof(udp));
	from_server = udp.source == htons(NS_DEFAULTPORT);
	read_flow(packet, &udp, from_server, &query);
	take_message(packet + headers + sizeof(udp), len - headers - sizeof(udp), &query,
		     from_server, ns);
}

/* Return when the packet arrived, from the kernel's wall-clock timestamp. */
static __u64 arrival(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct timespec stamp;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
		return clock_now_ns();
	memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
	return stamp.tv_sec * NS_PER_S + stamp.tv_nsec - clock_wall_offset_ns();
}

void dns_read(void)
{
	static __u8 packet[65536];
	char control[CMSG_SPACE(sizeof(struct timespec))];
	struct iovec iov = { packet, sizeof(packet) };
	ssize_t len;

	for (int i = 0; i < READ_MAX; i++) {
		struct msghdr msg = {
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control),
		};

		len = recvmsg(cache.fd, &msg, 0);
		if (len <= 0)
			return;
		take_packet(packet, len, arrival(&msg));
	}
}

const char *dns_name(int family, const __u8 addr[16], __u64 ns, __u64 *age_ns)
{
	const struct entry *e = find(family, addr);

	if (!e)
		return NULL;
	*age_ns = ns > e->ns ? ns - e->ns : 0;
	return *age_ns < CACHE_NS ? e->name : NULL;
}

void dns_end(void)
{
	struct tpacket_stats stats = {};
	socklen_t len = sizeof(stats);

	if (!getsockopt(cache.fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) && stats.tp_drops)
		log_warn("lost %u DNS answers: they came too fast", stats.tp_drops);
	close(cache.fd);
}

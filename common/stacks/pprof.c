// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "stacks/pprof.h"

/* Field numbers of profile.proto. */
enum { PROFILE_SAMPLE_TYPE = 1, PROFILE_SAMPLE, PROFILE_MAPPING, PROFILE_LOCATION,
       PROFILE_FUNCTION, PROFILE_STRINGS, PROFILE_TIME = 9, PROFILE_DURATION,
       PROFILE_PERIOD_TYPE, PROFILE_PERIOD };
enum { VALUE_TYPE = 1, VALUE_UNIT };
enum { SAMPLE_LOCATIONS = 1, SAMPLE_VALUES, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_STRING, LABEL_NUMBER };
enum { MAPPING_ID = 1, MAPPING_FILE = 5, MAPPING_HAS_FUNCTIONS = 7 };
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION = 1 };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE };

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

/* Frames are distinguished by their pointers. */
struct frame_key {
	const struct frame *frame;
};

void pprof_varint(struct text *text, __u64 v)
{
	for (; v >= 0x80; v >>= 7)
		text_char(text, (char)(v | 0x80));
	text_char(text, (char)v);
}

static void put_number(struct text *text, unsigned int field, __u64 v)
{
	pprof_varint(text, field << 3 | WIRE_VARINT);
	pprof_varint(text, v);
}

static void put_bytes(struct text *text, unsigned int field, const char *bytes, size_t len)
{
	pprof_varint(text, field << 3 | WIRE_BYTES);
	pprof_varint(text, len);
	text_bytes(text, bytes, len);
}

/* Append the encoded message to @text as field @field, and clear the message. */
static void put_message(struct pprof *pprof, struct text *text, unsigned int field)
{
	put_bytes(text, field, pprof->message.at, pprof->message.len);
	pprof->message.len = 0;
}

/* Return the number of a string of at most @len bytes. */
static __u64 string_number(struct pprof *pprof, const char *s, size_t len)
{
	return tally_add(&pprof->strings, s, strnlen(s, len), 1);
}

static __u64 string(struct pprof *pprof, const char *s)
{
	return string_number(pprof, s, strlen(s));
}

void pprof_start(struct pprof *pprof, const struct pprof_unit *unit)
{
	*pprof = (struct pprof){ .unit = *unit };
	string(pprof, "");		/* the format requires it as number 0 */
}

/* A packed field: one number after another. */
static void put_locations(struct pprof *pprof, const struct frame *const *path, size_t n)
{
	struct text ids = {};

	while (n-- > 0) {		/* the innermost frame first */
		const struct frame_key key = { path[n] };

		pprof_varint(&ids, tally_add(&pprof->frames, &key, sizeof(key), 1) + 1);
	}
	put_bytes(&pprof->message, SAMPLE_LOCATIONS, ids.at, ids.len);
	text_free(&ids);
}

static void put_values(struct pprof *pprof, __u64 count)
{
	struct text values = {};

	pprof_varint(&values, count);
	pprof_varint(&values, count * pprof->unit.period);
	put_bytes(&pprof->message, SAMPLE_VALUES, values.at, values.len);
	text_free(&values);
}

/* Append the label @key with the value @v in field @field. */
static void put_label(struct pprof *pprof, const char *key, unsigned int field, __u64 v)
{
	struct text label = {};

	put_number(&label, LABEL_KEY, string(pprof, key));
	put_number(&label, field, v);
	put_bytes(&pprof->message, SAMPLE_LABEL, label.at, label.len);
	text_free(&label);
}

void pprof_add(struct pprof *pprof, const struct frame *const *path, size_t n, __u64 count,
	       const struct pprof_labels *labels)
{
	put_locations(pprof, path, n);
	put_values(pprof, count);
	put_label(pprof, "comm", LABEL_STRING, string_number(pprof, labels->comm, 16));
	if (labels->pid)
		put_label(pprof, "pid", LABEL_NUMBER, labels->pid);
	if (labels->tid)
		put_label(pprof, "tid", LABEL_NUMBER, labels->tid);
	put_message(pprof, &pprof->samples, PROFILE_SAMPLE);
}

static void put_value_type(struct pprof *pprof, struct text *profile, unsigned int field,
			   const char *type, const char *unit)
{
	put_number(&pprof->message, VALUE_TYPE, string(pprof, type));
	put_number(&pprof->message, VALUE_UNIT, string(pprof, unit));
	put_message(pprof, profile, field);
}

/* Each frame is a location and a function with the same number, from 1. */
static void put_frame(struct pprof *pprof, struct text *profile, const struct frame *frame,
		      __u64 id, __u64 mapping)
{
	__u64 name = string(pprof, frame->name);
	struct text line = {};

	put_number(&pprof->message, FUNCTION_ID, id);
	put_number(&pprof->message, FUNCTION_NAME, name);
	put_number(&pprof->message, FUNCTION_SYSTEM_NAME, name);
	put_message(pprof, profile, PROFILE_FUNCTION);

	put_number(&line, LINE_FUNCTION, id);
	put_number(&pprof->message, LOCATION_ID, id);
	put_number(&pprof->message, LOCATION_MAPPING, mapping);
	if (frame->address)
		put_number(&pprof->message, LOCATION_ADDRESS, frame->address);
	put_bytes(&pprof->message, LOCATION_LINE, line.at, line.len);
	put_message(pprof, profile, PROFILE_LOCATION);
	text_free(&line);
}

/* Return the number, from 1, of module @name ("": unknown); encode it if it is new. */
static __u64 put_mapping(struct pprof *pprof, struct text *profile, struct tally *modules,
			 const char *name)
{
	size_t before = modules->n;
	__u64 id = tally_add(modules, name, strlen(name), 1) + 1;

	if (modules->n == before)
		return id;
	put_number(&pprof->message, MAPPING_ID, id);
	put_number(&pprof->message, MAPPING_FILE, string(pprof, name));
	put_number(&pprof->message, MAPPING_HAS_FUNCTIONS, 1);
	put_message(pprof, profile, PROFILE_MAPPING);
	return id;
}

void pprof_encode(struct pprof *pprof, struct text *profile, __u64 end_ns, __u64 duration_ns)
{
	const struct pprof_unit *unit = &pprof->unit;
	struct tally modules = {};

	put_value_type(pprof, profile, PROFILE_SAMPLE_TYPE,
		       unit->count_type ? unit->count_type : "samples",
		       unit->count_unit ? unit->count_unit : "count");
	put_value_type(pprof, profile, PROFILE_SAMPLE_TYPE, unit->type, unit->unit);
	text_bytes(profile, pprof->samples.at, pprof->samples.len);
	/* Readers take the first mapping for the main program. */
	put_mapping(pprof, profile, &modules, "");
	for (size_t i = 0; i < pprof->frames.n; i++) {
		const struct frame_key *key = pprof->frames.entries[i].bytes;
		const char *module = key->frame->module ? key->frame->module : "";

		put_frame(pprof, profile, key->frame, i + 1,
			  put_mapping(pprof, profile, &modules, module));
	}
	put_value_type(pprof, profile, PROFILE_PERIOD_TYPE, unit->type, unit->unit);
	put_number(profile, PROFILE_PERIOD, unit->period);
	put_number(profile, PROFILE_TIME, end_ns - duration_ns);
	put_number(profile, PROFILE_DURATION, duration_ns);
	for (size_t i = 0; i < pprof->strings.n; i++)
		put_bytes(profile, PROFILE_STRINGS, pprof->strings.entries[i].bytes,
			  pprof->strings.entries[i].len);
	tally_free(&modules);
}

int pprof_write(const struct text *profile, int fd)
{
	int own = dup(fd), written, err;
	gzFile file = own >= 0 ? gzdopen(own, "wb") : NULL;

	if (!file) {
		err = -errno;
		if (own >= 0)
			close(own);
		return err;
	}
	errno = EIO;
	written = gzwrite(file, profile->at, profile->len);
	err = written == (int)profile->len ? 0 : -errno;
	errno = EIO;
	if (gzclose(file) != Z_OK && !err)
		err = -errno;
	return err;
}

void pprof_free(struct pprof *pprof)
{
	text_free(&pprof->samples);
	text_free(&pprof->message);
	tally_free(&pprof->strings);
	tally_free(&pprof->frames);
}

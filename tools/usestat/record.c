// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* JSON records, and the list of data that this machine cannot provide. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/container.h"
#include "core/xalloc.h"
#include "usestat.h"

#define MISSING_MAX 64

static const struct field missing_keys[] = {
	{ "what", FIELD_STRING, .always = true, .about = "What cannot be shown" },
	{ "reason", FIELD_STRING, .always = true, .about = "Why" },
	{ "remedy", FIELD_STRING, .always = true, .about = "Command or privilege that would help" },
};

const struct record_type missing_type = {
	.name = "missing",
	.about = "Something that this machine cannot show; reported once",
	.keys = missing_keys, .n_keys = ARRAY_SIZE(missing_keys),
};

static const struct field omitted_keys[] = {
	{ "of", FIELD_STRING, .always = true,
	  .about = "What was omitted: a type of record; thread; overwritten_log for kernel "
		   "messages that were overwritten before they were read; lost_exits for the "
		   "number of times that processes ended uncounted" },
	{ "objects", FIELD_GAUGE, .always = true, .about = "How many" },
	{ "class", FIELD_STRING, .about = "Class of the messages; of log" },
};

const struct record_type omitted_type = {
	.name = "omitted",
	.about = "Objects that exist and have no record in this sample",
	.keys = omitted_keys, .n_keys = ARRAY_SIZE(omitted_keys),
};

/* The record that is being printed. */
static struct json json;

struct json *record_begin_at(struct usestat *u, const char *type, __u64 ns)
{
	out_line(u->out, &json, type, ns);
	return &json;
}

struct json *record_begin(struct usestat *u, const char *type)
{
	return record_begin_at(u, type, u->ns);
}

void record_str(struct usestat *u, const char *key, const char *s)
{
	if (s && *s)
		json_name(&json, key, s);
}

void record_uint(struct usestat *u, const char *key, __u64 v)
{
	json_uint(&json, key, v);
}

void record_flag(struct usestat *u, const char *key, bool v)
{
	json_bool(&json, key, v);
}

void record_end(struct usestat *u)
{
	json_end(&json);
	u->out->records++;
}

void field_keys(struct usestat *u, const struct set *set, const struct object *object)
{
	for (int i = 0; i < set->type->n; i++) {
		const struct field *field = &set->type->fields[i];
		__u64 v;

		if (!(field->kind == FIELD_COUNTER ? object_delta(object, i, &v) :
						     object_value(object, i, &v)))
			continue;
		if (field->kind == FIELD_FLAG) {
			record_flag(u, field->key, v);
		} else if (field->kind == FIELD_HUNDREDTHS) {
			json_key(&json, field->key);
			text_fixed(&u->out->text, v, 2);
		} else {
			record_uint(u, field->key, v);
		}
	}
}

void object_keys(struct usestat *u, const struct set *set, const struct object *object)
{
	record_str(u, "name", object->name);
	if (object->before_ns)
		record_uint(u, "interval_ns", object->ns - object->before_ns);
	field_keys(u, set, object);
}

static void object_record(struct usestat *u, const struct set *set, const struct object *object,
			  void (*more)(struct usestat *u, const struct object *object))
{
	record_begin(u, set->type->name);
	object_keys(u, set, object);
	if (more)
		more(u, object);
	record_end(u);
}

void set_records(struct usestat *u, const struct set *set,
		 void (*more)(struct usestat *u, const struct object *object))
{
	for (struct object *o = set_next(set, NULL); o; o = set_next(set, o))
		object_record(u, set, o, more);
}

void top_records(struct usestat *u, const struct set *set, size_t max,
		 __u64 (*weight)(const struct object *object),
		 void (*more)(struct usestat *u, const struct object *object))
{
	struct object **list = set_sorted(set, weight);

	bool all = !u->before_ns || u->last;

	for (size_t i = 0; i < set->n_objects && i < max && (all || weight(list[i])); i++)
		object_record(u, set, list[i], more);
	if (u->detail && set->n_objects > max)
		record_omitted(u, set->type->name, set->n_objects - max);
	free(list);
}

void record_omitted_class(struct usestat *u, const char *type, const char *class, __u64 n)
{
	record_begin(u, "omitted");
	record_str(u, "of", type);
	record_uint(u, "objects", n);
	record_str(u, "class", class);
	record_end(u);
}

void record_omitted(struct usestat *u, const char *type, __u64 n)
{
	record_omitted_class(u, type, NULL, n);
}

static struct {
	const char *what, *why, *remedy;
} list[MISSING_MAX];
static int listed, printed;

int missing(const char *what, const char *why, const char *remedy)
{
	for (int i = 0; i < listed; i++)
		if (strcmp(list[i].what, what) == 0)
			return i + 1;
	if (listed == MISSING_MAX)
		return MISSING_MAX;
	list[listed].what = xstrdup(what);
	list[listed].why = xstrdup(why);
	list[listed].remedy = xstrdup(remedy);
	return ++listed;
}

const char *missing_why(int err)
{
	return err == EACCES || err == EPERM ? "permission denied" :
	       err == ENOENT || err == ENODEV ? "this kernel has no such file" :
	       err == EOPNOTSUPP ? "switched off in this kernel" : strerror(err);
}

void missing_print(struct usestat *u)
{
	for (; printed < listed; printed++) {
		if (u->out->args->json) {
			record_begin(u, "missing");
			record_str(u, "what", list[printed].what);
			record_str(u, "reason", list[printed].why);
			record_str(u, "remedy", list[printed].remedy);
			record_end(u);
			continue;
		}
		text_printf(&u->out->text, "?%d ", printed + 1);
		text_escape(&u->out->text, list[printed].what, strlen(list[printed].what), false);
		text_printf(&u->out->text, ": %s (%s)\n", list[printed].why, list[printed].remedy);
	}
}

static const struct container *container_of(const char *cgroup)
{
	const struct container *container = container_of_cgroup(cgroup);

	if (container_names_denied())
		missing("names of containers", missing_why(EACCES), "run as root");
	return container;
}

void container_keys(struct usestat *u, const char *cgroup)
{
	const struct container *container = container_of(cgroup);

	if (!container)
		return;
	record_str(u, "container", container->id);
	record_str(u, "container_name", container->label);
}

const char *container_label(const char *cgroup)
{
	const struct container *container = container_of(cgroup);

	return container && container->label[0] ? container->label : cgroup;
}

bool cgroup_wanted(const struct usestat *u, const char *path)
{
	size_t len = u->cgroup ? strlen(u->cgroup) : 0;

	if (len <= 1)
		return true;
	return strncmp(path, u->cgroup, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

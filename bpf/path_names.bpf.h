/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths of directories and files, found by walking up the dentries and mounts like the kernel's
 * prepend_path() (fs/d_path.c).
 *
 * The helper bpf_d_path() is no alternative: tracepoint programs may not call it.
 *
 * Before it includes this file, the tool defines
 *
 *	struct scratch {
 *		struct path_climb climb;
 *		struct ... event;	// with an array .text for the names
 *	};
 *
 * and a per-CPU array `scratch` of that type, with one entry for each program that may preempt
 * another.
 */
#ifndef BPF_PATH_NAMES_BPF_H
#define BPF_PATH_NAMES_BPF_H

#include "bounds.bpf.h"
#include "path.bpf.h"

#define PATH_STEPS_MAX 96	/* directories and mounts between a file and the root */
#define PATH_NAME_SIZE 256	/* NAME_MAX and a NUL */

enum path_end {
	PATH_AT_ROOT,		/* complete path below the task's root */
	PATH_UNREACHABLE,	/* ended at another root: a detached mount, outside a chroot */
	PATH_CUT,		/* too many steps or too long for the buffer */
	PATH_GOES_ON,		/* does not end here */
};

/* Go from the root of a mount to its mount point.  Return false if it is not mounted. */
static __always_inline bool path_cross_mount(struct path_climb *climb)
{
	struct mount *mount = (void *)climb->at.mnt - bpf_core_field_offset(struct mount, mnt);
	struct mount *parent = BPF_CORE_READ(mount, mnt_parent);
	struct vfsmount *mnt = (void *)parent + bpf_core_field_offset(struct mount, mnt);

	climb->at.dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	climb->at.mnt = mnt;
	climb->mnt_root = BPF_CORE_READ(mnt, mnt_root);
	return parent != mount;
}

static __always_inline enum path_end path_put_name(struct scratch *room, const unsigned char *name)
{
	__u64 at = bounds_u64(room->climb.text_size);
	long len;

	if (at > sizeof(room->event.text) - PATH_NAME_SIZE)
		return PATH_CUT;
	len = bpf_probe_read_kernel_str(room->event.text + at, PATH_NAME_SIZE, name);
	if (len <= 0)
		return PATH_CUT;
	room->climb.text_size += len;
	return PATH_GOES_ON;
}

static __always_inline enum path_end path_step(struct scratch *room)
{
	struct path_climb *climb = &room->climb;
	struct dentry *dentry = climb->at.dentry, *parent;
	struct vfsmount *mnt = climb->at.mnt;

	if (dentry == climb->root.dentry && mnt == climb->root.mnt)
		return PATH_AT_ROOT;
	if (dentry == climb->mnt_root)
		return path_cross_mount(climb) ? PATH_GOES_ON : PATH_UNREACHABLE;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry)
		return PATH_UNREACHABLE;
	climb->at.dentry = parent;
	return path_put_name(room, BPF_CORE_READ(dentry, d_name.name));
}

/*
 * Take up to PATH_STEPS steps of the walk in entry @which of `scratch`.  This is a global
 * function with a scalar argument, because only then does the verifier check the steps once
 * instead of once per call.
 */
#define PATH_STEPS 4

__noinline int path_steps(__u32 which)
{
	struct scratch *room = bpf_map_lookup_elem(&scratch, &which);
	enum path_end end = PATH_GOES_ON;

	if (!room)
		return PATH_CUT;
	for (int i = 0; i < PATH_STEPS && end == PATH_GOES_ON; i++)
		end = path_step(room);
	return end;
}

/*
 * Append the names from @from up to the root of @task to @room's text, each terminated by a
 * NUL.  @room is this CPU's entry @which of `scratch`.
 */
static __always_inline enum path_end path_names(struct scratch *room, __u32 which,
						struct task_struct *task, struct path_walk from)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct vfsmount *mnt = from.mnt;
	enum path_end end = PATH_GOES_ON;

	room->climb.at = from;
	room->climb.mnt_root = BPF_CORE_READ(mnt, mnt_root);
	room->climb.root.dentry = BPF_CORE_READ(fs, root.dentry);
	room->climb.root.mnt = BPF_CORE_READ(fs, root.mnt);
	for (int i = 0; i < PATH_STEPS_MAX / PATH_STEPS && end == PATH_GOES_ON; i++)
		end = path_steps(which);
	return end == PATH_GOES_ON ? PATH_CUT : end;
}

#endif /* BPF_PATH_NAMES_BPF_H */

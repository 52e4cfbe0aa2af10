/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths of directories and files, by walking up the dentries and mounts as
 * the kernel's prepend_path() does (fs/d_path.c).
 *
 * The helper bpf_d_path() is of no use here: a tracepoint may not call it.
 */
#ifndef BPF_PATH_BPF_H
#define BPF_PATH_BPF_H

#include "bounds.bpf.h"
#include "core.bpf.h"

#define PATH_STEPS_MAX 96	/* directories and mounts between a file and the root */
#define PATH_NAME_SIZE 256	/* NAME_MAX and a NUL */

enum path_end {
	PATH_AT_ROOT,		/* the whole path below the task's root */
	PATH_UNREACHABLE,	/* it ends at another root: a detached mount, outside a chroot */
	PATH_CUT,		/* more steps, or longer, than there was room for */
};

/* Where a walk stands. */
struct path_walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
};

/* The file behind @fd of @task, NULL: none. */
static __always_inline struct file *path_fd_file(struct task_struct *task, int fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(fdt, fd), *file = NULL;

	if (fd >= 0 && (__u32)fd < BPF_CORE_READ(fdt, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

static __always_inline struct path_walk path_of_file(struct file *file)
{
	struct path_walk walk = {
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mnt = BPF_CORE_READ(file, f_path.mnt),
	};

	return walk;
}

static __always_inline struct path_walk path_of_cwd(struct task_struct *task)
{
	struct path_walk walk = {
		.dentry = BPF_CORE_READ(task, fs, pwd.dentry),
		.mnt = BPF_CORE_READ(task, fs, pwd.mnt),
	};

	return walk;
}

/* From the root of a mount to where it is mounted; false: nowhere. */
static __always_inline bool path_cross_mount(struct path_walk *walk)
{
	struct mount *mount = (void *)walk->mnt - bpf_core_field_offset(struct mount, mnt);
	struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

	walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mnt = (void *)parent + bpf_core_field_offset(struct mount, mnt);
	return parent != mount;
}

/*
 * Append the names from @walk up to the root of @task to @text at *@used, each
 * ended by a NUL.  @text has @size bytes (a constant); *@used is at most that
 * and lies in a map: the verifier, which knows nothing about what it loads from
 * there, then sees every step in the same state and follows each only once.
 */
static __always_inline enum path_end path_names(struct task_struct *task, struct path_walk walk,
						char *text, __u32 size, __u32 *used)
{
	struct path_walk root = {
		.dentry = BPF_CORE_READ(task, fs, root.dentry),
		.mnt = BPF_CORE_READ(task, fs, root.mnt),
	};
	const unsigned char *name;
	__u64 at;
	long len;
	int i;

	for (i = 0; i < PATH_STEPS_MAX; i++) {
		struct dentry *dentry = walk.dentry, *parent;
		struct vfsmount *mnt = walk.mnt;

		if (dentry == root.dentry && mnt == root.mnt)
			return PATH_AT_ROOT;
		if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
			if (!path_cross_mount(&walk))
				return PATH_UNREACHABLE;
			continue;
		}
		parent = BPF_CORE_READ(dentry, d_parent);
		if (parent == dentry)
			return PATH_UNREACHABLE;
		name = BPF_CORE_READ(dentry, d_name.name);
		at = bounds_u64(*used);
		if (at > size - PATH_NAME_SIZE)
			return PATH_CUT;
		len = bpf_probe_read_kernel_str(text + at, PATH_NAME_SIZE, name);
		if (len <= 0)
			return PATH_CUT;
		*used += len;
		walk.dentry = parent;
	}
	return PATH_CUT;
}

#endif /* BPF_PATH_BPF_H */

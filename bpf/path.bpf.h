/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Start points of the walk to a file's or directory's path; path_names.bpf.h does the walk. */
#ifndef BPF_PATH_BPF_H
#define BPF_PATH_BPF_H

#include "core.bpf.h"

/* The current position of a walk. */
struct path_walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
};

/* A walk from @at up to @root that collects names. */
struct path_climb {
	struct path_walk at, root;
	struct dentry *mnt_root;	/* of at.mnt */
	__u32 text_size;	/* bytes of the collected names, including their NULs */
};

/* Return the file of descriptor @fd of @task, or NULL if it is not open. */
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

/*
 * Return true if @at is a file with a name but without a directory, such as one of
 * memfd_create(2).  The kernel shows it as "/NAME (deleted)" (simple_dname(), fs/d_path.c).
 */
static __always_inline bool path_anonymous(struct path_walk at)
{
	struct dentry *dentry = at.dentry;
	struct vfsmount *mnt = at.mnt;

	return dentry == BPF_CORE_READ(dentry, d_parent) && dentry != BPF_CORE_READ(mnt, mnt_root);
}

/*
 * Return true if @dentry is unlinked, but still open or somebody's working directory, like the
 * kernel's d_unlinked() (linux/dcache.h).
 */
static __always_inline bool path_deleted(struct dentry *dentry)
{
	return dentry != BPF_CORE_READ(dentry, d_parent) && !BPF_CORE_READ(dentry, d_hash.pprev);
}

#endif /* BPF_PATH_BPF_H */

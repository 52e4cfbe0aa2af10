/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the path of a file or directory begins; path_names.bpf.h walks it. */
#ifndef BPF_PATH_BPF_H
#define BPF_PATH_BPF_H

#include "core.bpf.h"

/* Where a walk stands. */
struct path_walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
};

/* A walk from @at up to @root, which collects names. */
struct path_climb {
	struct path_walk at, root;
	__u32 text_size;	/* bytes of names, with their NULs */
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

#endif /* BPF_PATH_BPF_H */

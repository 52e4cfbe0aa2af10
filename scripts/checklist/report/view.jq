# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The view of one service: the findings about it, and those about the machine that concern it.
# $view: null, or {container}, {cgroup} or {pid}.

include "lib";

# is_it: true if these keys belong to the service.
def is_it:
	if $view.container then
		((.container // "") | startswith($view.container)) or .container_name == $view.container
		or ((.container_name // "") | endswith("/" + $view.container))
	elif $view.cgroup then (.cgroup // "") | . == $view.cgroup or startswith($view.cgroup + "/")
	else "\(.pid)" == "\($view.pid)" end;

# concerns(who): true for a finding about the service, or about the machine.
def concerns($who): $view == null or (.about | is_it) or (.about as $about | all($who[]; $about[.] == null));

def name: "\($view | to_entries[0] | "\(.key) \(.value)")";

# service(u): what the service used and waited for; null if it was not seen.
def service($u):
	if $view == null then null else
		(if $view.pid then [$u.processes[]? | select(is_it)][0] else
			[$u.cgroups[]? | select(is_it)] | sort_by(.cgroup | length)[0] end)
		| if . == null then {name: name, seen: false} else
			{name: name, seen: true} + ({cpu, cpu_some, throttled, run_delay, memory: (.memory // .rss),
				memory_max, memory_some,
				io_some, read_bytes, written_bytes, threads: (.pids // .threads),
					threads_max: .pids_max, fds, fds_max}
				| with_entries(select(.value != null))) end
	end;

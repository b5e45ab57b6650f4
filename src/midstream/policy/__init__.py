"""Written processes as data: a policy file, the obligations it makes of a case, and the tasks that follow."""

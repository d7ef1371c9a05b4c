//! Networks, hosts, clusters, scenarios and the roamnic program.

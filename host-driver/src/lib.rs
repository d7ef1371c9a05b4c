//! The userspace driver: device seam, verbs, migration.

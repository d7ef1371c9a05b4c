//! What an attacker can do, and what not: a partner that means harm, a process on the same host, and a stranger on the network.
//!
//! A connection of RoCEv2 has no secret: who knows its addresses, QP numbers and PSNs can speak for its partner, and the tests whose names begin with
//! `forged` say exactly how much that is. What the NIC adds is that nobody else is listened to, that every guess must be
//! right at once, and that nothing unknown ends a connection. The authenticator of the migration packets is not checked yet; those tests will turn round when it is.
#![forbid(unsafe_code)]

mod host;
mod keys;
mod kit;
mod migration;
mod network;
mod queues;

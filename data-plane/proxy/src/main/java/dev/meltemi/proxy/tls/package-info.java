/// Mutual TLS between members of the mesh: contexts made of an identity, and whom a handshake has proven.
@NullMarked
package dev.meltemi.proxy.tls;

import org.jspecify.annotations.NullMarked;

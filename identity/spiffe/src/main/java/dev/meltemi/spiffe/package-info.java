/// Who is who: SPIFFE names, credentials, whom to believe, and the checks of a peer. Pure: no clock, file or socket.
@NullMarked
package dev.meltemi.spiffe;

import org.jspecify.annotations.NullMarked;
